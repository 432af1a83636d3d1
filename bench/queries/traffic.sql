-- Rows [first, first + count) of a busy relay's traffic, drawn by hashes of the row's number: ids, addresses and times as
-- different as real ones, recipient domains and senders as unevenly spread. 15 % is inbound, 6 % are retries of earlier
-- messages. In the last minutes one sender fails DMARC and one recipient domain has lost its directory.
INSERT INTO delivery_events
WITH
    number AS n,
    -- A retry repeats the message of an earlier row.
    if(n > 40000 AND cityHash64(n, 1) % 100 < 6, n - 2000 - cityHash64(n, 2) % 30000, n) AS k,
    cityHash64(k, 3) % 100 < 15 AS is_inbound,

    -- Twice the mean at noon, two thirds of it at midnight.
    (n + 1) / {rows:UInt64} * {days:UInt32} - {days:UInt32} AS day,
    (day + sin(2 * pi() * (day + 13 / 24)) / (4 * pi()) - sin(2 * pi() * 13 / 24) / (4 * pi())) * 86400 AS since_end_s,
    toDateTime64({end_s:UInt32} + since_end_s, 3, 'UTC') AS at,

    -- Few domains get most mail: the chance of each falls with its rank.
    toUInt32(exp(cityHash64(k, 4) / 18446744073709551616. * log(60000))) AS rank,
    cityHash64(rank, 5) % 100 AS hosted,
    multiIf(rank <= 8, rank, hosted < 34, 9, hosted < 54, 10, hosted < 61, 11, hosted < 66, 12, 13) AS place,
    if(rank <= 8,
        ['gmail.com', 'outlook.com', 'hotmail.com', 'yahoo.com', 'icloud.com', 'googlemail.com', 'aol.com', 'live.com'][rank],
        concat(
            ['north', 'blue', 'stone', 'river', 'oak', 'iron', 'bright', 'green', 'delta', 'alpine', 'silver', 'union', 'harbour', 'linden', 'nova', 'terra'][1 + cityHash64(rank, 6) % 16],
            ['-', ''][1 + cityHash64(rank, 7) % 2],
            ['works', 'media', 'trade', 'labs', 'care', 'build', 'foods', 'legal', 'tours', 'print', 'tech', 'energy', 'bank', 'school', 'parts', 'design'][1 + cityHash64(rank, 8) % 16],
            toString(rank), ['.com', '.com', '.de', '.co.uk', '.fr', '.net', '.org', '.nl'][1 + cityHash64(rank, 9) % 8])) AS far_domain,
    concat(['news', 'shop', 'app', 'mail'][1 + rank_ours % 4], '.', ['acme', 'globex', 'initech', 'umbrella', 'hooli'][1 + rank_ours % 5], toString(rank_ours), '.example') AS our_domain,
    toUInt32(exp(cityHash64(k, 10) / 18446744073709551616. * log(300))) AS rank_ours,
    concat('own', toString(1 + cityHash64(k, 11) % 20), '.example') AS own_domain,

    -- People of a domain are as many as its rank allows: three million at the largest.
    cityHash64(k, 12) % (3000000 DIV rank + 20) AS person,
    concat(
        ['anna', 'ben', 'carla', 'david', 'eva', 'felix', 'grace', 'henry', 'ines', 'jan', 'kim', 'luis', 'maria', 'nils', 'olga', 'paul'][1 + cityHash64(person, 13) % 16],
        ['.', '_', ''][1 + cityHash64(person, 14) % 3],
        ['meyer', 'smith', 'rossi', 'dupont', 'jansen', 'novak', 'garcia', 'brown', 'silva', 'kowalski', 'olsen', 'weber', 'moreau', 'costa', 'fischer', 'lang'][1 + cityHash64(person, 15) % 16],
        if(person < 256, '', toString(person))) AS name,

    -- Which words answered: a kind of reply drawn by its share, of the family of the receiver's software.
    cityHash64(n, 16) / 18446744073709551616. AS luck,
    since_end_s > -1200 AND NOT is_inbound AND rank_ours = 3 AND luck < 0.7 AS is_dmarc_wave,
    since_end_s > -2400 AND NOT is_inbound AND rank = 40 AND luck < 0.95 AS is_edge_wave,
    multiIf(
        is_dmarc_wave, {dmarc:UInt16},
        is_edge_wave, {edge_denied:UInt16},
        is_inbound, arrayFirstIndex(share -> luck < share, {shares_inbound:Array(Float64)}),
        arrayFirstIndex(share -> luck < share, {shares:Array(Float64)})) AS kind,
    if(is_inbound, {families:UInt16}, {family_of_place:Array(UInt16)}[place]) AS family,
    (kind - 1) * {families:UInt16} + family AS cell,
    {first_reply:Array(UInt16)}[cell] + cityHash64(n, 17) % {replies_of:Array(UInt16)}[cell] AS reply,

    cityHash64(k, 18) % 8 AS mta,
    IPv4ToIPv6(toIPv4(concat('192.0.2.', toString(10 + mta * 2 + cityHash64(rank_ours, 19) % 2)))) AS our_ip,
    toUInt32(exp(cityHash64(k, 20) / 18446744073709551616. * log(400000))) AS client,
    IPv4ToIPv6(toIPv4(toUInt32(3323068416 + cityHash64(client, 21) % 131072 * 7))) AS client_ip,
    if(is_inbound, concat(name, '@', far_domain), if(rank_ours % 3 = 0, concat('bounce+', hex(cityHash64(k, 22)), '@', our_domain), concat('info@', our_domain))) AS from_address,
    if(is_inbound, concat(name, '@', own_domain), concat(name, '@', far_domain)) AS to_address,
    is_inbound AND {reasons:Array(String)}[reply] != '' AS is_before_queue,
    concat(substring(hex(toUInt32(cityHash64(k, 23))), 4), substring(hex(cityHash64(k, 24)), 11)) AS id,
    if(cityHash64(k, 25) % 2 = 0,
        concat(lower(hex(cityHash64(k, 26))), '-', lower(hex(cityHash64(k, 27))), '@', if(is_inbound, far_domain, our_domain)),
        concat(toString(20261000000000 + k), '.', id, '@mta', toString(mta), '.relay.example')) AS header_id,
    multiIf(
        is_inbound, concat('out', toString(client % 4), '.', far_domain),
        place = 9, concat(replaceAll(far_domain, '.', '-'), '.mail.protection.outlook.com'),
        place = 11, concat('mxa-00', toString(100000 + cityHash64(rank, 28) % 900000), '.gslb.pphosted.com'),
        place = 13, concat('mx', toString(1 + n % 2), '.', far_domain),
        {hosts:Array(String)}[place]) AS host,
    upper(hex(cityHash64(n, 29))) AS remote_id
SELECT
    at AS event_time,
    at + toIntervalMillisecond(300 + cityHash64(n, 30) % 1500) AS ingest_time,
    'postfix' AS source_format,
    concat('mta', toString(mta), '.relay.example') AS log_host,
    if(is_inbound, 'inbound', 'outbound') AS direction,
    multiIf(
        {reasons:Array(String)}[reply] = '', 'delivered',
        is_inbound, 'rejected',
        {codes:Array(UInt16)}[reply] >= 500, 'bounced',
        cityHash64(n, 31) % 25 = 0, 'expired',
        'deferred') AS outcome,
    if(is_before_queue, '', id) AS queue_id,
    if(is_before_queue, '', header_id) AS message_id,
    from_address AS sender,
    if(is_inbound, far_domain, our_domain) AS sender_domain,
    if(is_before_queue, '', sender_domain) AS header_from_domain,
    if(is_inbound, '', our_domain) AS dkim_domain,
    if(is_inbound, '', concat('s', toString(1 + rank_ours % 3))) AS dkim_selector,
    to_address AS recipient,
    if(is_inbound, own_domain, far_domain) AS recipient_domain,
    recipient_domain AS recipient_org_domain,
    if(cityHash64(k, 32) % 20 = 0, concat('alias-', name, '@', recipient_domain), '') AS original_recipient,
    host AS remote_host,
    if(is_inbound, client_ip, IPv4ToIPv6(toIPv4(toUInt32(3325256704 + cityHash64(host, n % 3) % 65536)))) AS remote_ip,
    if(is_inbound, client_ip, our_ip) AS source_ip,
    {stages:Array(String)}[reply] AS stage,
    {codes:Array(UInt16)}[reply] AS reply_code,
    {enhanced:Array(String)}[reply] AS enhanced_code,
    replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(
        {texts:Array(String)}[reply], '{id}', remote_id), '{number}', toString(cityHash64(n, 33) % 10000000)),
        '{epoch}', toString(toUnixTimestamp(at))), '{to}', to_address), '{to_domain}', recipient_domain),
        '{message_id}', header_id), '{from_domain}', sender_domain),
        '{ip}', replaceOne(toString(if(is_inbound, client_ip, our_ip)), '::ffff:', '')) AS reply_text,
    toUInt64({fingerprints:Array(String)}[reply]) AS reply_fingerprint,
    {reasons:Array(String)}[reply] AS reason,
    {sides:Array(String)}[reply] AS side,
    {faults:Array(String)}[reply] AS fault,
    {rules:Array(String)}[reply] AS rule,
    if(is_inbound, '', {providers:Array(String)}[place]) AS provider,
    if(reason = 'spf_failed', 'fail', '') AS auth_spf,
    '' AS auth_dkim,
    if(reason = 'dmarc_failed', 'fail', '') AS auth_dmarc,
    if(reason = '' OR is_inbound, '', 'valid') AS dns_spf,
    dns_spf AS dns_dkim,
    dns_spf AS dns_dmarc,
    if(dns_spf = '', '', 'valid') AS dns_mx,
    if(dns_spf = '', '', 'pass') AS spf_result,
    if(dns_spf = '', '', ['none', 'quarantine', 'reject'][1 + rank_ours % 3]) AS dmarc_policy,
    if(dns_spf = '', '', 'current') AS mx_match,
    if(dns_spf = '', 0, cityHash64(n, 34) % 3600) AS dns_age_s,
    {confidences:Array(UInt8)}[reply] AS confidence,
    {listed_by:Array(String)}[reply] AS listed_by,
    0 AS retry_after_s,
    'mail' AS topic,
    mta % 6 AS partition,
    -- A third of a log's lines gives events.
    n * 3 AS offset,
    0 AS event_index
FROM numbers({first:UInt64}, {count:UInt64})
SETTINGS max_threads = 4, max_insert_threads = 4, max_block_size = 65536, min_insert_block_size_rows = 262144, min_insert_block_size_bytes = 2000000000
