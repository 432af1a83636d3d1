-- Who holds a lease: the first claim of the newest term; how long ago it was last heard of, by the store's clock.
WITH
    (SELECT max(leases.term) FROM leases WHERE name = {name:String}) AS newest,
    (SELECT argMin(leases.holder, (at, leases.holder)) FROM leases
        WHERE name = {name:String} AND leases.term = newest AND renewal = 0) AS first_claimant
SELECT
    newest AS term,
    first_claimant AS holder,
    max(leases.released) AS released,
    dateDiff('millisecond', max(at), now64(6)) AS age_ms
FROM leases
WHERE name = {name:String} AND leases.term = newest AND leases.holder = first_claimant
