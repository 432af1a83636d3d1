-- How an attempt ended, by the numbers of fate.ts.
    if(outcome = 'delivered', {accepted:UInt8}, transform(side, {sides:Array(String)}, {fates:Array(UInt8)}, {refused:UInt8}))
