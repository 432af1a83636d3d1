/** Wrong use of a command: the message says what is wrong and what would be right; the exit code is 2. */
export class UsageError extends Error {}
