"""Is the keys folder that of its role? Its own private keys, no other's, everybody's public ones; read by nobody else."""

import json
from collections.abc import Iterator
from pathlib import Path

from standalone.check.findings import Finding
from standalone.hand_out import PRIVATE
from standalone.roles import ROLES

HAND_OUT = "twolamps migrate --hand-out FOLDER, and give this role FOLDER/<role> as TWOLAMPS_KEYS"
RESTORE = "put the keys folder back from its backup; a new key would lock everybody out"


def look_at_keys(role: str, folder: Path) -> Iterator[Finding]:
    """What is found in the keys folder of a role, or of "standalone" with the keys of all."""
    private, public = folder / "private", folder / "public"
    own = {name for names in PRIVATE.values() for name in names} if role == "standalone" else set(PRIVATE[role])
    mend = RESTORE if role == "standalone" else HAND_OUT
    try:
        found = {path.name: path for path in private.iterdir() if path.is_file()}
        known = {path.stem: path.read_bytes() for path in public.glob("*.json")}
        unreadable = [name for name in own & found.keys() if not found[name].read_bytes()]
    except OSError as error:
        yield Finding(f"The keys folder {folder} cannot be read ({type(error).__name__})", mend)
        return
    problems = [
        *(Finding(f"The key {private / name} is missing", mend) for name in sorted(own - found.keys())),
        *(Finding(f"The key {private / name} is empty", mend) for name in sorted(unreadable)),
        *_kept_to_itself(role, private, found, own),
        *_fitting_publics(public, found, known, own - set(unreadable), mend),
    ]
    if "wrapping.key" in own & found.keys() and found["wrapping.key"].stat().st_size not in (0, 32):
        problems.append(Finding(f"{found['wrapping.key']} does not hold 32 bytes", RESTORE))
    yield from problems or [Finding(f"The keys of {role} are there, and nobody else's")]


def _kept_to_itself(role: str, private: Path, found: dict[str, Path], own: set[str]) -> Iterator[Finding]:
    for name, path in sorted(found.items()):
        if path.stat().st_mode & 0o077:
            yield Finding(f"{path} can be read by others", f"chmod 600 {path}")
        foreign = role != "standalone" and name not in own
        if foreign and any(name in names for names in PRIVATE.values()):
            yield Finding(
                f"{path} is not a key for {role}: who takes over this role could act as another",
                "move it to where all keys are kept; never delete the only copy of a key",
            )
    if private.stat().st_mode & 0o077:
        yield Finding(f"{private} is open to others", f"chmod 700 {private}")


def _fitting_publics(
    public: Path, found: dict[str, Path], known: dict[str, bytes], own: set[str], mend: str
) -> Iterator[Finding]:
    for name in sorted({*ROLES, "gateway"} - known.keys()):
        yield Finding(f"The public key {public / f'{name}.json'} is missing: calls of {name} would be refused", mend)
    if not any(name.startswith("token-") for name in known):
        yield Finding(f"There is no public key token-*.json in {public}: nobody's token would be believed", mend)
    for name in sorted(own & found.keys()):
        if not name.endswith(".json"):
            continue
        try:
            key = json.loads(found[name].read_bytes())
            stem = f"token-{key['kid']}" if name == "token.json" else name.removesuffix(".json")
            fits = stem in known and json.loads(known[stem])["x"] == key["x"]
        except (ValueError, KeyError, TypeError):
            yield Finding(f"{found[name]} is no key", mend)
            continue
        if not fits and (stem in known or name == "token.json"):
            yield Finding(f"{found[name]} does not fit its public half in {public}", mend)
