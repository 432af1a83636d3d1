-- As hours.sql, each hour by itself, of which `last_time` is the beginning.
-- include usual/hours-by-name.sql
GROUP BY GROUPING SETS ((sender, receiver, fate, hour), (address, receiver, fate, hour))
