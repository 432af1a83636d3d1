-- Who may do what on a ClickHouse server, for its administrator: no migration. Set the passwords and run it once, with
-- clickhouse-client --multiquery. On a cluster every statement takes ON CLUSTER name behind the name that it makes.
CREATE ROLE IF NOT EXISTS faultline_reader SETTINGS
    max_execution_time = 60 MAX 60,
    max_memory_usage = 4000000000 MAX 4000000000,
    -- 2, not 1: clients choose settings like their output's form.
    readonly = 2 CONST;
GRANT SELECT ON faultline.* TO faultline_reader;

CREATE ROLE IF NOT EXISTS faultline_writer;
-- DELETE: states of a correlator that a newer one makes needless. The views' own text: after a crash a roll-up is
-- compared with the rows.
GRANT SELECT, INSERT, ALTER DELETE ON faultline.* TO faultline_writer;
GRANT SELECT ON system.tables TO faultline_writer;
GRANT SELECT ON system.columns TO faultline_writer;

-- Runs faultline migrate; writers need not.
CREATE ROLE IF NOT EXISTS faultline_admin;
GRANT SELECT, INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE ON faultline.* TO faultline_admin;
GRANT CLUSTER ON *.* TO faultline_admin;

CREATE USER IF NOT EXISTS faultline_read IDENTIFIED BY 'change me' DEFAULT ROLE faultline_reader;
CREATE USER IF NOT EXISTS faultline_write IDENTIFIED BY 'change me' DEFAULT ROLE faultline_writer;
CREATE USER IF NOT EXISTS faultline_migrate IDENTIFIED BY 'change me' DEFAULT ROLE faultline_admin;
GRANT faultline_reader TO faultline_read;
GRANT faultline_writer TO faultline_write;
GRANT faultline_admin TO faultline_migrate;
