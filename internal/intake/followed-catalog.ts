/** The catalog of this instance, as the intake sees and follows it. */
export interface FollowedCatalog {
  /** The registered subjects whose messages are received. */
  subjects(): readonly string[];
  /** The subjects on which no service answers requests. */
  publishOnly(): readonly string[];
  /** The registered subjects that are not received because a rule is newer than they are. */
  barred(): readonly string[];
  /** The stamp of the catalog, which differs after each change. */
  stamp(): string;
  /** Loads the catalog, and makes the subscriptions follow it. */
  refresh(): Promise<void>;
  /** Loads the catalog and does nothing else. */
  reload(): Promise<void>;
}
