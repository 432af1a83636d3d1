-- Recipient domains that mail is often delivered to, the most often first: what a mistyped one may have been meant to be.
SELECT recipient_domain
FROM attempts_1m
WHERE outcome = 'delivered' AND direction = 'outbound' AND recipient_domain != ''
    AND minute >= (SELECT max(minute) FROM attempts_1m) - toIntervalDay({days:UInt16})
GROUP BY recipient_domain
HAVING sum(attempts) >= 10
ORDER BY sum(attempts) DESC
LIMIT 2000
