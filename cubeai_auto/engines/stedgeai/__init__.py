"""ST's own engine: stm32ai (X-CUBE-AI 5.0 to 8.1) and stedgeai (9.0 to Core 4.0), driven."""
