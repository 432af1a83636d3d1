/**
 * Every number that the judgement turns on, with its why. Shares are of messages, retries counted once.
 * To be tuned against simulated traffic whose truth is known, never by hand in the code that uses them.
 */
export const THRESHOLDS = {
  /** What is refused of our own mail on a common day where no history tells it: ordinary policy and dead-host failures. */
  prior_share: 0.02,
  /** How many messages the prior weighs: a few hundred of real history outvote it. */
  prior_messages: 200,
  /** How many messages the fleet's rate weighs in a subject's own: a subject with 20 messages is half believed. */
  own_messages: 20,
  /** A subject that is always refused still shows: no rate above this counts as usual. Nine in ten may at a gateway. */
  max_usual_share: { outbound: 0.5, inbound: 0.97 },
  /** History looked at before the window. */
  history_ms: 86_400_000,
  /** Its last hours: a wave that goes on since then is not usual yet, so they may lower the usual rate, not raise it. */
  recent_ms: 10_800_000,
  /** A longer time before it, looked at where so great a share of the day was refused that the wave may be older. */
  memory_ms: 604_800_000,
  worn_share: 0.2,
  /** Shorter spans looked at besides the window: a fresh wave drowns in what was accepted before it began. */
  spans_s: [60, 120, 240, 480],
  /** Delays count as refusals where fewer than one message in so many is accepted. */
  blocked_ratio: 5,
  /** ... and no more than this share can be, by the upper end of the interval: of what half gets through, four of four may not. */
  max_passed_share: 0.4,
  /** At one domain, first tries count as well once so many messages were put off again, or for ten minutes. */
  min_told_again: 2,
  /** A receiver took mail where it accepted so many messages, in the day before or in the window. */
  min_taken: 4,
  /** A domain that took mail has lost its directory where fewer than one message in so many is accepted. */
  lost_ratio: 10,
  /** ... or where so many messages, and its share of a wave, name unknown mailboxes, far above the domain's own usual. */
  min_lost_part: 8,
  /** ... and this share without the sender that has most of them, whose list may be old. */
  min_lost_rest: 0.2,
  /** ... and so many of its recipients must be unknown: one dead address may be all that is written to. */
  min_lost_recipients: 3,
  /** A receiver that refused every one of so many messages long before is dead, or never took this mail. */
  never_messages: 5,
  /** ... and where no server answers and none ever did, so many attempts of the fleet show that it would be known. */
  min_fleet_history: 200,
  /** Log-likelihood gain that a wave needs: e^10 against chance, which some thousand subjects in a window leave room for. */
  min_gain: 10,
  /** How many times the usual odds of a refusal a wave has: of very many messages a small drift is as certain. */
  min_odds_ratio: 3,
  /** Log-likelihoods this near (e^3: twenty to one) are one explanation told twice; then the kind decides. */
  tie: 3,
  /** Log-likelihood that must be left of a broad wave without its greatest parts: twenty to one. */
  min_rest_gain: 3,
  /** Refused messages that a wave needs: below, one odd message decides. */
  min_refused: {
    recipient_domain: 4,
    provider: 8,
    sender_domain: 5,
    source_ip: 8,
    all: 8,
  },
  /** ... and one sender at one receiver: what a filter thinks of one mailing is no news. */
  min_pair_refused: 8,
  /** ... unless it took so many before, while it goes on taking what others send. */
  min_pair_accepted: 3,
  /**
   * Share refused that a wave needs. A domain in trouble refuses most; receivers differ in what they enforce, so that
   * a sender with broken authentication or a listed address may be refused by few of them. Its breadth and its own
   * usual rate guard it. So it is with all of our addresses where the words name us; where no server answers, dead hosts
   * are many.
   */
  min_share: {
    recipient_domain: 0.4,
    provider: 0.2,
    sender_domain: 0.05,
    source_ip: 0.05,
    all: 0.1,
  },
  /** Unrelated domains that make breadth: two may be customers of one company. The wave must outlast the loss of all but one. */
  min_domains: 3,
  /** Where the words name the sender (authentication, reputation, content), fewer receivers must say so. */
  min_named_domains: 2,
  /** Independent receivers that must agree that the sender is at fault. */
  min_providers: 2,
  /** With fewer senders, "most senders" means nothing. */
  min_platform_senders: 3,
  /** Senders refused that make it the platform, of those that would show it if all were refused alike. */
  min_platform_share: 0.5,
  /** Messages below which nothing is said against a sender. */
  min_sender_messages: 10,
  /** Most of the refusals: words, or that no server answered, hold for a wave from this share on. */
  min_coherence: 0.6,
  /** What knocks at a gateway is mostly refused: without so much history nobody can say what is usual there. */
  min_inbound_history: 20,
  /** A sender with this share of a wave's refusals is the one it is about. */
  lone_sender_share: 0.9,
  /** Messages that counter-evidence needs. */
  min_counter: 5,
  /** Directory words come from unknown recipients as well: a provider's wave of them must hit most messages to the domains that have such. */
  min_directory_share: 0.6,
  /** Words count for the cause from this share; a bare "denied" of the rest does not outvote them. */
  min_words_share: 0.3,
  /** Unknown or full mailboxes above this share (lower bound) are a stale list; mailers are blocked from about 5 %. */
  stale_list_share: 0.05,
  stale_list_messages: 20,
  /** From so many messages to so many unrelated domains on, a sender can be judged; below, it is told where most fails. */
  few_messages: 20,
  few_domains: 5,
  few_refused: 2,
  /** Unread records above this share make every number doubtful. */
  max_dead_share: 0.01,
  /** 95 % intervals. */
  z: 1.96,
  /** Names with so many refusals in the window have their own history read, and at most so many names of a kind. */
  min_history_trouble: 3,
  max_history_names: 500,
  /** Waves in one window; beyond that nobody reads on. */
  max_waves: 50,
} as const

/**
 * When a source is called silent: it gave no events for so many seconds, in which it usually has so many minutes with
 * events. Ten of them by chance all without any: once in twenty thousand.
 */
export const SILENCE = { quiet_s: 300, usual_minutes: 10 }
