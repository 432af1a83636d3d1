-- Both stretches of a name side by side.
    sumIf(all, is_now) AS all_now,
    sumIf(refused, is_now) AS refused_now,
    if(is_total = 1, 0, sumIf(deferred, is_now)) AS deferred_now,
    sumIf(all, NOT is_now) AS all_before,
    sumIf(refused, NOT is_now) AS refused_before
