-- Both stretches of a trend, the whole hours in them, and the whole days in these.
    parseDateTimeBestEffort({from:String}, 'UTC') AS start,
    parseDateTimeBestEffort({hours_from:String}, 'UTC') AS hours_from,
    parseDateTimeBestEffort({hours_to:String}, 'UTC') AS hours_to,
    parseDateTimeBestEffort({before_hours_from:String}, 'UTC') AS before_hours_from,
    parseDateTimeBestEffort({before_hours_to:String}, 'UTC') AS before_hours_to,
    parseDateTimeBestEffort({days_from:String}, 'UTC') AS days_from,
    parseDateTimeBestEffort({days_to:String}, 'UTC') AS days_to,
    parseDateTimeBestEffort({before_days_from:String}, 'UTC') AS before_days_from,
    parseDateTimeBestEffort({before_days_to:String}, 'UTC') AS before_days_to
