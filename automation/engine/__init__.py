"""The decisions of the engine: plain functions of plain data, told the time."""
