"""Makes what a migrator unpacks on a Windows server: Python, the tool, its plugins and a launcher, in one zip.

`python -m packaging_windows` fetches (`inputs`, `cpython`), puts the folder together (`folder`, `launcher`, `omission`,
`licences`, `bytecode`), lists and packs it (`archive`). Only the first needs a network; the rest gives the same bytes
for the same inputs.
"""
