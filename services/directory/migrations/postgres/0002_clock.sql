-- clock_timestamp, not now: a transaction that waited for a lock must see the time after the wait.
CREATE VIEW directory_clock AS
  SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT) AS now_ms;
