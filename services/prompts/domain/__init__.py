"""The rules of prompts: what is dealt, when it opens, and who may see what until then; plain functions without I/O."""
