"""Is docs/openapi.json what the contracts say?

Promises: `python -m gateway.openapi --write` writes it; `--check` exits 1 where it differs and changes nothing.
"""

import argparse
import json
import sys
from pathlib import Path

from gateway.openapi import document

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def main() -> int:
    """Write or check the committed copy."""
    parser = argparse.ArgumentParser(prog="python -m gateway.openapi", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write docs/openapi.json")
    action.add_argument("--check", action="store_true", help="exit 1 where docs/openapi.json differs")
    write = parser.parse_args().write
    fresh = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if write:
        COMMITTED.parent.mkdir(exist_ok=True)
        COMMITTED.write_text(fresh)
    elif not COMMITTED.exists() or COMMITTED.read_text() != fresh:
        print("docs/openapi.json differs from the contracts; run `python -m gateway.openapi --write`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
