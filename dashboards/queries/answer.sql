-- Is it them or us? One sentence out of the incidents of [from, to) that the evaluator keeps: the gravest, how many more, or
-- why there is none.
WITH
    waves AS
    (
        SELECT
            subject,
            verdict,
            sub_cause,
            confidence,
            direction,
            state,
            incidents.opened_at AS since,
            JSONExtractUInt(evidence, 'evidence', 'refused') AS refused,
            JSONExtractUInt(evidence, 'evidence', 'messages') AS messages,
            JSONExtractString(evidence, 'next_step') AS next_step,
            indexOf(['platform_wide', 'sender_wide', 'provider_wide', 'recipient_domain'], verdict) AS urgency
        FROM incidents FINAL
        WHERE state != 'merged'
            AND incidents.opened_at < {to:DateTime64(3, 'UTC')} AND (state = 'open' OR incidents.closed_at >= {from:DateTime64(3, 'UTC')})
            AND ({direction:String} = '' OR toString(direction) = {direction:String})
            AND ({sender_domain:String} = '' OR (subject_kind = 'sender_domain' AND subject = {sender_domain:String}) OR subject_kind = 'all')
            AND ({recipient_org_domain:String} = '' OR (subject_kind = 'recipient_domain' AND subject = {recipient_org_domain:String}))
            AND ({provider:String} = '' OR (subject_kind = 'provider' AND subject = {provider:String}))
        ORDER BY incidents.state, urgency, confidence DESC, id
    ),
    (SELECT count() FROM waves) AS waves_count,
    (SELECT sum(attempts) FROM attempts WHERE grain = 'hour' AND start >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND start < {to:DateTime64(3, 'UTC')}) AS attempts_seen,
    -- What outbound is theirs is inbound ours, for then the recipients are.
    (SELECT if((verdict IN ('recipient_domain', 'provider_wide')) = (direction = 'outbound'), 'Them', 'Us') FROM waves LIMIT 1) AS who,
    (SELECT concat(
            if(verdict = 'platform_wide', 'Us', who), if(state = 'open', ': ', ' (it is over): '),
            multiIf(
                verdict = 'recipient_domain', if(direction = 'outbound', concat(subject, ' refuses our mail'), concat('we refuse mail for ', subject)),
                verdict = 'provider_wide', if(direction = 'outbound', concat('domains at ', subject, ' refuse our mail'), concat('we refuse what comes from ', subject)),
                verdict = 'sender_wide', if(direction = 'outbound', concat('mail from ', subject, ' is refused by unrelated domains'), concat('we refuse mail from ', subject, ', other senders are accepted')),
                if(direction = 'outbound', 'most of our mail is refused everywhere', 'we refuse almost everyone')),
            if(sub_cause = '', '', concat(' (', sub_cause, ')')),
            '. ', toString(refused), ' of ', toString(messages), ' refused at its height, ', toString(confidence), '% sure, since ',
            formatDateTime(since, '%Y-%m-%d %H:%i'), ' UTC.')
        FROM waves LIMIT 1) AS gravest
SELECT
    multiIf(
        waves_count > 1, concat(gravest, ' And ', toString(waves_count - 1), ' more below.'),
        waves_count = 1, gravest,
        attempts_seen > 0 AND {sender_domain:String} = '' AND {recipient_org_domain:String} = '' AND {provider:String} = '', 'No wave of refusals in this time: what is refused below is the usual.',
        attempts_seen > 0, 'No incident is about this alone in this time. Home shows the wider ones.',
        'Nothing to judge: no mail was read in this time.') AS answer,
    multiIf(
        waves_count > 0, (SELECT next_step FROM waves LIMIT 1),
        attempts_seen > 0, '',
        'Choose a longer time, or look at Pipeline health: are logs being read?') AS next_step
