-- What a trend counts. A message counts once in each column, however often it was tried: delivered, bounced and expired is
-- the last of it, and its row is counted; deferred and rejected may come again, and messages are told apart. Mailboxes that
-- are unknown or full are refusals here. Of the last hours it is looked at what still waits. Over all it is not told what was
-- deferred: it takes as long as all else.
    name,
    grouping(name) = 1 AS is_total,
    last_now + uniqMergeIf(messages, is_now AND outcome = 'rejected')
        + greatest(0, toInt64(uniqMergeIf(messages, is_now AND is_late)) - toInt64(uniqMergeIf(messages, is_now AND is_late AND outcome != 'deferred'))) AS all_now,
    sumIf(attempts, is_now AND outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, is_now AND outcome = 'rejected') AS refused_now,
    if(is_total, 0, uniqMergeIf(messages, is_now AND outcome = 'deferred')) AS deferred_now,
    last_before + uniqMergeIf(messages, NOT is_now AND outcome = 'rejected')
        + greatest(0, toInt64(uniqMergeIf(messages, NOT is_now AND is_late)) - toInt64(uniqMergeIf(messages, NOT is_now AND is_late AND outcome != 'deferred'))) AS all_before,
    sumIf(attempts, NOT is_now AND outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, NOT is_now AND outcome = 'rejected') AS refused_before,
    sumIf(attempts, is_now AND outcome IN ('delivered', 'bounced', 'expired')) AS last_now,
    sumIf(attempts, NOT is_now AND outcome IN ('delivered', 'bounced', 'expired')) AS last_before
