"""What the user agreed to: files that can run code, by the SHA-256 of their contents, in the user's configuration."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stabview.images.errors import InputError
from stabview.methods.networks.formats import entry_point
from stabview.methods.networks.formats.inspection import inspect_file


@dataclass(frozen=True)
class Agreement:
    """That the user trusts a file: its name, and when and how it was agreed to."""

    name: str
    when: str
    how: str


class Consent:
    """The agreements in a JSON file; another path than the user's own is for tests.

    A file that was changed after it was agreed to has another hash and is asked about again.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or consent_path()

    def given(self, sha256: str) -> Agreement | None:
        """What was agreed to for this hash, None where nothing was."""
        entry = self._stored().get(sha256)
        return Agreement(**entry) if entry is not None else None

    def give(self, sha256: str, name: str, how: str) -> Agreement:
        """Record an agreement. Raises InputError where it cannot be written."""
        agreement = Agreement(name, datetime.now(UTC).isoformat(timespec="seconds"), how)
        stored = self._stored() | {sha256: agreement.__dict__}
        self._write(stored)
        return agreement

    def withdraw(self, sha256: str) -> None:
        """Forget an agreement."""
        stored = self._stored()
        if stored.pop(sha256, None) is not None:
            self._write(stored)

    def _stored(self) -> dict[str, dict[str, str]]:
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # no file, or none that can be read: nothing was agreed to
        keys = set(Agreement.__dataclass_fields__)
        entries = stored.items() if isinstance(stored, dict) else ()
        return {key: entry for key, entry in entries if isinstance(entry, dict) and set(entry) == keys}

    def _write(self, stored: dict[str, dict[str, str]]) -> None:
        beside = self.path.with_suffix(f".{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            raise InputError(f"Your consent cannot be recorded in {self.path} ({error.strerror or error}).") from error


def consent_path() -> Path:
    """Where the agreements of this user are kept."""
    from platformdirs import user_config_path

    return user_config_path("StabView", appauthor=False) / "trusted-networks.json"


def file_sha256(path: Path) -> str:
    """Of the contents of a file. Raises InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error


def danger_of(path: Path | str) -> tuple[str, str]:
    """(why opening it can run code, the SHA-256 that consent is given for); the first is empty where it cannot.

    Runs nothing of the file. Raises InputError for what is no network.
    """
    if entry_point.is_entry_point(str(path)):
        return f"it is Python code ({entry_point.source_file(str(path))})", entry_point.source_sha256(str(path))
    return inspect_file(Path(path)).danger, file_sha256(Path(path))


def agree(path: Path | str, how: str, consent: Consent | None = None) -> bool:
    """Record that the user trusts a network; False where it cannot run code and nothing is to be agreed to."""
    danger, sha256 = danger_of(path)
    if danger:
        (consent or Consent()).give(sha256, Path(path).name, how)
    return bool(danger)
