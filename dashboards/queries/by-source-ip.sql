-- How mail fared by sending address, worst first.
SELECT
    replaceOne(toString(source_ip), '::ffff:', '') AS address,
-- include counted.sql
    , refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked.sql
)
GROUP BY address
ORDER BY refused DESC, deferred DESC, accepted DESC, address
LIMIT 100
