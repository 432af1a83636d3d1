-- What a trend counts of a name in one of both stretches. A message counts once in each column, however often it was tried:
-- delivered, bounced and expired is the last of it, and its row is counted; deferred and rejected may come again, and messages are
-- told apart. Mailboxes that are unknown or full are refusals here. Of the last hours it is looked at what still waits.
    name,
    is_now,
    uniqMergeIf(messages, outcome = 'rejected') AS rejected,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + rejected AS refused,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('delivered', 'bounced', 'expired')) + rejected
        + greatest(0, toInt64(uniqMergeIf(messages, is_late)) - toInt64(uniqMergeIf(messages, is_late AND outcome != 'deferred'))) AS all
