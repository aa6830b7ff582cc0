"""What goes into a built distribution? This folder as `twolamps_client`, and beside it the generated protos.

Promises that a wheel holds every public message (`twolamps/`, `buf/`), taken from libs/twolamps_proto of a clone or
from the unpacked sdist, and none of the services' internal ones.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PROTOS = (
    "buf/validate",
    "twolamps/access",
    "twolamps/notifications",
    "twolamps/pairing",
    "twolamps/prompts",
    "twolamps/scheduling",
    "twolamps/types",
)
ONLY_HERE = {"generate.py", "hatch_build.py"}


class ClientAndProtos(BuildHookInterface):  # type: ignore[type-arg]
    """Names every file; hatch fails the build if one is missing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An sdist keeps this folder's shape, the protos under `protos/`; a wheel has both as packages."""
        root, included = Path(self.root), build_data["force_include"]
        protos = root / "protos" if (root / "protos").is_dir() else root.parent / "twolamps_proto"
        is_wheel = self.target_name == "wheel"
        for package in PROTOS:
            included[str(protos / package)] = package if is_wheel else f"protos/{package}"
        if is_wheel:
            for path in (*root.glob("*.py"), root / "py.typed", root / "calls"):
                if path.name not in ONLY_HERE:
                    included[str(path)] = f"twolamps_client/{path.name}"
