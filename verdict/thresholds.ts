/**
 * Every number that the judgement turns on, with its why. Shares are of messages, retries counted once.
 * To be tuned against simulated traffic whose truth is known, never by hand in the code that uses them.
 */
export const THRESHOLDS = {
  /** What is refused on a common day where no history tells it: ordinary policy and dead-host failures. */
  prior_share: { outbound: 0.02, inbound: 0.4 },
  /** How many messages the prior weighs: a few hundred of real history outvote it. */
  prior_messages: 200,
  /** How many messages the fleet's rate weighs in a subject's own: a subject with 20 messages is half believed. */
  own_messages: 20,
  /** A subject that is always refused still shows: no rate above this counts as usual. */
  max_usual_share: 0.5,
  /** History looked at before the window. */
  history_ms: 86_400_000,
  /** Log-likelihood gain that a wave needs: e^10 against chance, which some thousand subjects in a window leave room for. */
  min_gain: 10,
  /** Gains this near are one explanation told twice; then the kind decides. */
  tie: 0.97,
  /** Refused messages that a wave needs: below five, one odd message decides. */
  min_refused: {
    recipient_domain: 5,
    provider: 8,
    sender_domain: 5,
    source_ip: 8,
    all: 15,
  },
  /**
   * Share refused that a wave needs. A domain in trouble refuses most; receivers differ in what they enforce, so that
   * a sender with broken authentication or a listed address may be refused by few of them. Its breadth and its own
   * usual rate guard it.
   */
  min_share: {
    recipient_domain: 0.4,
    provider: 0.2,
    sender_domain: 0.05,
    source_ip: 0.05,
    all: 0.1,
  },
  /** Unrelated domains that make breadth: two may be customers of one company. */
  min_domains: 3,
  /** The same measured by entropy, so that one large domain and two strays are no breadth. */
  min_effective_domains: 2,
  /** Independent receivers that must agree that the sender is at fault. */
  min_providers: 2,
  /** With fewer senders, "most senders" means nothing. */
  min_platform_senders: 3,
  /** Senders refused that make it the platform. */
  min_platform_share: 0.5,
  min_effective_senders: 2,
  /** Share of a broad wave's refusals that name its side or none: below, it is a background of many causes. */
  min_coherence: 0.6,
  /** What knocks at a gateway is mostly refused: without so much history nobody can say what is usual there. */
  min_inbound_history: 200,
  /** A sender with this share of a wave's refusals is the one it is about. */
  lone_sender_share: 0.9,
  /** Messages that counter-evidence needs. */
  min_counter: 5,
  /** Directory words come from unknown recipients as well: a provider's wave of them must hit most messages. */
  min_directory_share: 0.6,
  /** Words count for the cause from this share; a bare "denied" of the rest does not outvote them. */
  min_words_share: 0.3,
  /** Unknown or full mailboxes above this share (lower bound) are a stale list; mailers are blocked from about 5 %. */
  stale_list_share: 0.05,
  stale_list_messages: 20,
  /** A sender with so few refusals is told as unclear, not left out. */
  unclear_refused: 3,
  unclear_share_low: 0.3,
  /** Unread records above this share make every number doubtful. */
  max_dead_share: 0.01,
  /** 95 % intervals. */
  z: 1.96,
  /** Waves in one window; beyond that nobody reads on. */
  max_waves: 50,
} as const
