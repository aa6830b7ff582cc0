"""Which code comes out of the contracts? Run it to write libs/twolamps_proto; with --check it only compares.

Promises: the same protos give the same bytes; the descriptor set with comments lies beside the code, for the
transcoder, OpenAPI and the contract tests.
"""

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROTO = Path(__file__).resolve().parent
TARGET = PROTO.parent / "libs" / "twolamps_proto"
OURS = sorted(str(p.relative_to(PROTO)) for p in (PROTO / "twolamps").rglob("*.proto"))
VALIDATE = "buf/validate/validate.proto"


def generate(into: Path) -> None:
    """Write all generated files below `into`; raises CalledProcessError where protoc refuses."""
    into.mkdir(parents=True, exist_ok=True)
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{PROTO / 'third_party'}"]
    bin_folder = Path(sys.executable).parent
    plugins = [f"--plugin={name}={bin_folder / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    subprocess.run([*protoc, f"--python_out={into}", f"--pyi_out={into}", VALIDATE], check=True)
    subprocess.run(
        [*protoc, *plugins, f"--python_out={into}", f"--grpc_python_out={into}", f"--mypy_out=quiet:{into}",
         f"--mypy_grpc_out=quiet,only_async:{into}", *OURS],
        check=True,
    )  # fmt: skip
    descriptors = into / "twolamps" / "descriptors.binpb"
    subprocess.run(
        [*protoc, f"--descriptor_set_out={descriptors}", "--include_imports", "--include_source_info", *OURS],
        check=True,
    )


def same(left: Path, right: Path) -> list[str]:
    """Relative names of the files that differ or stand on one side only."""
    names = {str(p.relative_to(root)) for root in (left, right) for p in root.rglob("*") if p.is_file()}
    names = {n for n in names if "__pycache__" not in n}
    return sorted(
        n
        for n in names
        if not ((left / n).exists() and (right / n).exists() and filecmp.cmp(left / n, right / n, False))
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where the committed code differs")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if not check:
            shutil.rmtree(TARGET, ignore_errors=True)
            shutil.copytree(fresh, TARGET)
            return 0
        if differ := same(fresh, TARGET):
            print("generated code differs from the contracts; run `make proto`:", *differ, sep="\n  ")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
