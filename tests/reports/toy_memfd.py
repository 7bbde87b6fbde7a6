"""The modelled code that the example reports of these tests point into (never run)."""

from __future__ import annotations

from typing import Any

INACCESSIBLE = 0x20
SECRET = 42


async def owner(t: Any, inode: Any) -> None:
    await t.write(inode.i_size, 0)  # T4
    await memfd_add_seals(t, inode)
    await t.write(inode.i_size, 4096)  # F5
    await t.write(inode.ready, 1)  # F6


async def memfd_add_seals(t: Any, inode: Any) -> None:
    await t.write(inode.seals, INACCESSIBLE)  # A9


async def guest(t: Any, inode: Any, page: Any) -> None:
    await t.wait_until(inode.ready, lambda ready: ready == 1)  # K1
    await t.write(page.data, SECRET)  # K4


async def shmem_file_read_iter(t: Any, inode: Any, page: Any) -> None:
    size = await t.read(inode.i_size)  # R1
    if not size or await t.read(inode.seals) & INACCESSIBLE:  # R3
        return
    if await t.read(inode.i_size):  # R7
        await t.read(page.data)  # R10
