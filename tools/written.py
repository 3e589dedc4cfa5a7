"""Writes a generated file, or checks that it is as it would be written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def written(
    target: Path,
    text: str,
    source: str,
    generator: str,
    arguments: Sequence[str] | None,
) -> int:
    """Write a file, or check it, and return the exit code.

    Args:
        target: the file.
        text: what it must hold.
        source: what the text was made from, in words.
        generator: the file of the program that made it.
        arguments: those of the command line: ``--check``, or none.
    """
    program = f"tools/{Path(generator).name}"
    parser = argparse.ArgumentParser(
        program, description=f"Write {target.name} from {source}."
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing, exit 1 where the file differs",
    )
    if not parser.parse_args(arguments).check:
        target.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return 0
    print(
        f"{target.name} differs from {source}: run python {program}",
        file=sys.stderr,
    )
    return 1
