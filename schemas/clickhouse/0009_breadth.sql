-- How broad refusals are in [from, to), to the minute: one row for each recipient domain, provider, sender, sending address,
-- and one over all, out of the roll-up. A message counts once in each column, however often it was tried.
--   SELECT * FROM breadth(from = '2026-06-10 11:45:00', to = '2026-06-10 12:00:00', direction = 'outbound') ORDER BY refused DESC
CREATE VIEW breadth AS
SELECT
    transform(
        grouping(recipient_org_domain, provider, sender_domain, source_ip),
        [7, 11, 13, 14], ['recipient_domain', 'provider', 'sender_domain', 'source_ip'], 'all') AS subject_kind,
    multiIf(
        subject_kind = 'recipient_domain', toString(recipient_org_domain),
        subject_kind = 'provider', toString(provider),
        subject_kind = 'sender_domain', toString(sender_domain),
        subject_kind = 'source_ip', replaceRegexpOne(toString(source_ip), '^::ffff:', ''),
        'all') AS subject,
    uniqMerge(messages) AS messages_seen,
    uniqMergeIf(messages, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    uniqMergeIf(messages, outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox') AS refused,
    uniqMergeIf(messages, side = 'recipient_mailbox') AS mailbox,
    uniqExact(recipient_org_domain) AS domains,
    uniqExactIf(recipient_org_domain, outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox') AS domains_refusing,
    uniqExactIf(provider, outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox') AS providers_refusing,
    uniqExactIf(sender_domain, outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox') AS senders_refused
FROM attempts_1m
WHERE direction = {direction:String}
    AND minute >= {from:DateTime('UTC')}
    AND minute < {to:DateTime('UTC')}
GROUP BY GROUPING SETS ((recipient_org_domain), (provider), (sender_domain), (source_ip), ());
