-- What a verdict reads of senders and of addresses: a day by hours, without what else tells the rows of attempts_1h apart (the
-- reason, the source, and the other of the two), which makes a third of them.
ALTER TABLE attempts_1h ADD PROJECTION IF NOT EXISTS senders_of_hours
(
    SELECT
        hour,
        direction,
        sender_domain,
        provider,
        outcome,
        side,
        sum(attempts),
        max(hour)
    GROUP BY direction, hour, sender_domain, provider, outcome, side
);

ALTER TABLE attempts_1h MATERIALIZE PROJECTION senders_of_hours;

ALTER TABLE attempts_1h ADD PROJECTION IF NOT EXISTS addresses_of_hours
(
    SELECT
        hour,
        direction,
        source_ip,
        provider,
        outcome,
        side,
        sum(attempts),
        max(hour)
    GROUP BY direction, hour, source_ip, provider, outcome, side
);

ALTER TABLE attempts_1h MATERIALIZE PROJECTION addresses_of_hours;
