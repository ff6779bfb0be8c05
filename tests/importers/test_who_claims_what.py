"""Of all shared samples each is read by the importer that it belongs to, and by no other."""

from __future__ import annotations

from pathlib import Path

from tests.importers.claims_table import ALONE, ONLY_ALONE, ONLY_BESIDE_OTHERS

from abusekit.containers.container import Container, open_container
from abusekit.importers.formats import IMPORTERS, importer

NAMES = [name for name, _ in IMPORTERS]


def claimed(export: Container) -> dict[str, set[str]]:
    """Importer → paths of what it claims, whatever the others do; of a container within, the container's."""
    found = ((name, importer(name).claim(export)) for name in NAMES)
    return {
        name: {member.path.partition("!/")[0] for member in members} for name, members in found if members
    }


def beside_others() -> dict[str, set[str]]:
    return {
        name: (files | ONLY_BESIDE_OTHERS.get(name, set())) - ONLY_ALONE.get(name, set())
        for name, files in ALONE.items()
    }


def test_the_table_names_every_importer_and_each_file_once() -> None:
    assert list(ALONE) == NAMES
    assert set(ONLY_ALONE) | set(ONLY_BESIDE_OTHERS) <= set(NAMES)
    for table in (ALONE, beside_others()):
        files = [file for group in table.values() for file in group]
        assert len(files) == len(set(files)) > 150


def test_each_sample_alone(shared_data: Path) -> None:
    exports = shared_data / "exports"
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    files = sorted(path for path in exports.rglob("*") if path.is_file())
    for path in files:
        with open_container([(path, path.name)]) as export:
            for name in claimed(export):
                found[name].add(path.relative_to(exports).as_posix())
    assert found == ALONE
    assert len(files) > sum(map(len, ALONE.values())) + 30  # there are files that nobody claims


def test_all_samples_together(shared_data: Path) -> None:
    exports = shared_data / "exports"
    with open_container([(exports, exports.name)]) as export:
        assert claimed(export) == beside_others()


def test_each_folder(shared_data: Path) -> None:
    """Nothing that lies in another folder is needed to know a sample, and nothing there confuses."""
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    for folder in sorted(path for path in (shared_data / "exports").iterdir() if path.is_dir()):
        with open_container([(folder, folder.name)]) as export:
            for name, paths in claimed(export).items():
                found[name] |= {f"{folder.name}/{path}" for path in paths}
    assert found == beside_others()
