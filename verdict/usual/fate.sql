-- How an attempt ended, and whether lately (from `recent` on), by the numbers of fate.ts. `time` is when it was.
    (-- include usual/ending.sql
        + if(time >= parseDateTimeBestEffort({recent:String}, 'UTC'), {lately:UInt8}, 0))::UInt8 AS fate
