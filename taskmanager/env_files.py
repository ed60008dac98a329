"""Files of the environment, however an editor has saved them: `.env`, and those of secrets."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from taskmanager.core.characters import visible, with_newlines
from workitems.domain.policy import COMMENT_LENGTH

ENCODING: Final = "utf-8-sig"  # editors of Windows begin a file with a mark, no part of it
MOST_LINES: Final = 20
NUL: Final = "\0"  # in UTF-16 without its mark, every second character


def secret_in(path: Path, file: str) -> str:
    """The text of a file; raises ValueError with the reason why there is none in `file`."""
    content = _text_in(path, file)
    if visible(content) != with_newlines(content):
        raise ValueError(f"holds hidden characters in {file}")
    return content


def _lines_in(value: object) -> object:
    """The lines of the file at this path but for empty ones and those that begin with #."""
    if not isinstance(value, str):
        return value
    text = with_newlines(_text_in(Path(value), "this file"))
    lines = [line for line in map(str.strip, text.split("\n")) if line and line[0] != "#"]
    if any(visible(line) != line for line in lines):
        raise ValueError("holds hidden characters in this file")
    if not 0 < len(lines) <= MOST_LINES:
        raise ValueError("names a file without lines, or with too many")
    if any(len(line) > COMMENT_LENGTH for line in lines):
        raise ValueError("names a file with a line that is too long")
    return tuple(dict.fromkeys(lines))


Lines = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_lines_in)]


def _text_in(path: Path, file: str) -> str:
    try:
        content = path.read_text(encoding=ENCODING).strip()
    except OSError:
        raise ValueError(f"cannot be read from {file}") from None
    except UnicodeDecodeError:
        raise ValueError(f"is not UTF-8 text in {file}") from None
    if not visible(content):
        raise ValueError(f"is empty in {file}")
    if NUL in content:
        raise ValueError(f"is not UTF-8 text in {file}")
    return content


def problem_of(file: Path) -> str:
    """Why `.env` cannot be read, in a sentence; "" also for one that is not there."""
    if not file.is_file():
        return ""
    try:
        content = file.read_text(encoding=ENCODING)
    except OSError:
        return "The file that ENV_FILE names cannot be read."
    except UnicodeDecodeError:
        content = NUL
    if NUL in content:
        return "The file that ENV_FILE names is not a text. Save it in UTF-8."
    if "ENV_FILE" in os.environ and not content.strip():
        return "The file that ENV_FILE names is empty. Leave the variable empty to read none."
    return ""


def stopped(problem: str, *problems: str) -> SystemExit:
    """What ends the process, once it has said why."""
    said = "\n  - ".join([problem, *problems])
    sys.stderr.write(f"My Tasks cannot start. {said}\n")
    return SystemExit(1)
