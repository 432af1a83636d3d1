-- The whole days of both stretches of a trend.
    parseDateTimeBestEffort({days_from:String}, 'UTC') AS days_from,
    parseDateTimeBestEffort({days_to:String}, 'UTC') AS days_to,
    parseDateTimeBestEffort({before_days_from:String}, 'UTC') AS before_days_from,
    parseDateTimeBestEffort({before_days_to:String}, 'UTC') AS before_days_to
