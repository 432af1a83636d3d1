-- The whole hours of both stretches of a trend, and the whole days in them.
    parseDateTimeBestEffort({from:String}, 'UTC') AS start,
    parseDateTimeBestEffort({hours_from:String}, 'UTC') AS hours_from,
    parseDateTimeBestEffort({hours_to:String}, 'UTC') AS hours_to,
    parseDateTimeBestEffort({before_hours_from:String}, 'UTC') AS before_hours_from,
    parseDateTimeBestEffort({before_hours_to:String}, 'UTC') AS before_hours_to,
    -- include trend-day-times.sql
