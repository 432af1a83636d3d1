-- Messages by what became of them, each once in a column, however often it was tried: delivered, bounced and expired is the
-- last attempt of a message; deferred and rejected may come again, so that their messages are merged.
    sumIf(attempts, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused
