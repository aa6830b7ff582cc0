"""How fast is Twolamps, beside what else there is? `python -m benchmarks` measures and writes RESULTS.md."""
