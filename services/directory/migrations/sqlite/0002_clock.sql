CREATE VIEW directory_clock AS
  SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT) AS now_ms;
