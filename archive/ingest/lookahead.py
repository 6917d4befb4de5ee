"""A stream that can be looked ahead into, for what says nowhere truly how long it is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Protocol

PIECE_BYTES = 1 << 16
"""Bytes read at a time."""
_HELD_BYTES = 8 << 20
"""The bytes of a block that are held in memory; those of a larger one are in a file while it is looked at."""


class Stream(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


class Text:
    """A stream that can be looked ahead into, and into which bytes can be put back. Large blocks that are put back
    are in files in `folder`."""

    def __init__(self, stream: Stream, folder: Path) -> None:
        self._folder = folder
        self._stream = stream
        self._put_back: list[IO[bytes]] = []
        self._ahead = b""
        self._taken = 0

    def ahead(self, size: int) -> bytes:
        """The next bytes, which stay there: `size` of them or all there are."""
        while len(self._ahead) < size:
            piece = (self._put_back[0] if self._put_back else self._stream).read(PIECE_BYTES)
            if piece:
                self._ahead += piece
                self._taken += 0 if self._put_back else len(piece)
            elif self._put_back:
                self._put_back.pop(0).close()
            else:
                break
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """The next bytes, no more than `size`; b"" at the end."""
        if not self._ahead:
            self.ahead(1)
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece

    @property
    def position(self) -> int:
        """How many bytes of the stream were read, at the most."""
        return self._taken - (0 if self._put_back else len(self._ahead))

    def held(self) -> IO[bytes]:
        """A file for a block."""
        return tempfile.SpooledTemporaryFile[bytes](max_size=_HELD_BYTES, dir=str(self._folder))

    def put_back(self, block: IO[bytes]) -> None:
        """Puts a block in front of what follows; it is closed when it was read."""
        if self._ahead:
            ahead = self.held()
            ahead.write(self._ahead)
            ahead.seek(0)
            self._put_back.insert(0, ahead)
            self._ahead = b""
        self._put_back.insert(0, block)

    def close(self) -> None:
        for block in self._put_back:
            block.close()
