-- As minutes.sql of outbound senders and addresses, but of whole hours. The roll-up by hour has no clients of inbound mail.
-- include usual/hours-by-name.sql
GROUP BY GROUPING SETS ((sender, receiver, fate), (address, receiver, fate))
