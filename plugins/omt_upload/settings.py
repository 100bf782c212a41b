"""How the transfer uses this machine and the line."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from omt_core.api import PluginSettings


class UploadSettings(PluginSettings):
    """The section `upload`. Sizes in bytes, times in seconds; the online side's limits always hold as well.

    `reading` is where files are read and hashed: in `threads`, in `processes`, which pay off with two cores or more
    and a line that is faster than one core hashes, or `auto`: wherever this machine's cores make it faster. `readers`
    of them work at once. The transfer begins with `first_uploads` at once and finds out what is fastest between
    `fewest_uploads` and `parallel_uploads`. A body is made so long that it takes about `seconds_per_request` on this
    line, which is what a broken line can cost, but not shorter than `shortest_request` nor longer than
    `longest_request`.
    With `compress` on `auto`, bundles of small files that shrink by it travel packed unless the line turns out faster.
    `tries` is how often a file that changes while it is read, or that is refused, is read again. The claim on the
    migration is renewed every `seconds_between_signs_of_life`. An estimate sends `probe_bytes` to time the line.
    """

    parallel_uploads: int = Field(default=6, ge=1, le=64)
    """How many uploads are under way at once at most; the online side may allow fewer. More of them have shorter
    requests, unless `buffer_bytes` grows with them."""

    first_uploads: int = Field(default=4, ge=1, le=64)
    """How many uploads are under way at once before it is known how fast the line is."""

    fewest_uploads: int = Field(default=1, ge=1, le=64)
    """How many uploads are under way at once at least, however slow the line is."""

    bundle_bytes: int = Field(default=16 << 20, ge=64 << 10)
    """How large a bundle of small files grows, in bytes."""

    bundle_members: int = Field(default=1_000, ge=1)
    """How many files a bundle holds at most."""

    seconds_per_request: float = Field(default=5.0, gt=0)
    """How long one request takes about: what a line that breaks can cost, in seconds."""

    shortest_request: int = Field(default=256 << 10, ge=1)
    """What one request carries at least, in bytes, however slow the line is."""

    longest_request: int = Field(default=16 << 20, ge=64 << 10)
    """What one request carries at most, in bytes."""

    buffer_bytes: int = Field(default=64 << 20, ge=1 << 20)
    """How much memory files are read into and sent from, in bytes; what has no room there waits. No request is longer
    than the share of it that each upload has which may be under way."""

    reading: Literal["auto", "threads", "processes"] = "auto"
    """Where small files are read and hashed; processes pay off from two cores on, and `auto` takes them then."""

    compress: Literal["auto", "never", "always"] = "auto"
    """Whether bundles of small files that shrink by it travel packed; `auto` packs them for a line that is slower."""

    readers: int = Field(default=2, ge=1, le=64)
    """How many threads or processes read at once."""

    tries: int = Field(default=3, ge=1)
    """How often a file is read again that changes while it is read, or that is refused."""

    away_minutes: float = Field(default=10.0, gt=0)
    """How long a stage pauses for a folder that does not answer before the run ends, resumable, in minutes."""

    trust: Literal["auto", "size-and-time", "content"] = "auto"
    """By what a file that is confirmed counts as unchanged: its size and time (and its time of change, where the system
    has it), or its content, for which it is read again; `auto` takes the content in the run after a pre-copy where
    there is no time of change, and size and time else."""

    seconds_between_signs_of_life: float = Field(default=20.0, gt=0)
    """Seconds after which a run that sends nothing tells the online side that it is still there."""
    probe_bytes: int = Field(default=4 << 20, ge=64 << 10)
    """How much `omt estimate` sends to measure the line, in bytes."""
