import type { Scenario } from '../scenario.js';
import { applyAndRestart } from './apply-and-restart.js';
import { backendsTerminated } from './backends-terminated.js';
import { callersNeverRead } from './callers-never-read.js';
import { catalogWentBack } from './catalog-went-back.js';
import { circuitOpensAndCloses } from './circuit-opens-and-closes.js';
import { clockJumps } from './clock-jumps.js';
import { credentialsReplaced } from './credentials-replaced.js';
import { databaseClockJumps } from './database-clock-jumps.js';
import { deadWebhooks } from './dead-webhooks.js';
import { dearKeyExchange } from './dear-key-exchange.js';
import { delayedAtOnce } from './delayed-at-once.js';
import { descriptorsExhausted } from './descriptors-exhausted.js';
import { diskFull } from './disk-full.js';
import { eventChurn } from './event-churn.js';
import { failover } from './failover.js';
import { freshEvents } from './fresh-events.js';
import { halfOpenDatabase } from './half-open-database.js';
import { halfOpenNats } from './half-open-nats.js';
import { intakeSwitched } from './intake-switched.js';
import { jetstreamMissing } from './jetstream-missing.js';
import { killAndBack } from './kill-and-back.js';
import { killAndRetry } from './kill-and-retry.js';
import { killBeforeAck } from './kill-before-ack.js';
import { killBeforeSettle } from './kill-before-settle.js';
import { killEverything } from './kill-everything.js';
import { killMidPost } from './kill-mid-post.js';
import { killUnsettled } from './kill-unsettled.js';
import { killedBeforeAnswer } from './killed-before-answer.js';
import { killedBeforeDue } from './killed-before-due.js';
import { lameDuck } from './lame-duck.js';
import { limitsOfTheServer } from './limits-of-the-server.js';
import { metadataStaysShut } from './metadata-stays-shut.js';
import { migratorKilled, twoMigrators } from './migrators.js';
import { natsAbsent } from './nats-absent.js';
import { natsRestarted } from './nats-restarted.js';
import { natsWrongPassword } from './nats-wrong-password.js';
import { orderedKeys } from './ordered-keys.js';
import { pauseAndResume } from './pause-and-resume.js';
import { postgresDown } from './postgres-down.js';
import { tenRacing, twoRacing } from './racing.js';
import { rateLimitShared } from './rate-limit-shared.js';
import { readyFromFirst200 } from './ready-from-first-200.js';
import { replySwallowed } from './reply-swallowed.js';
import { restoredBackup } from './restored-backup.js';
import { rollingRestart } from './rolling-restart.js';
import { sigtermSlowRequest, sigtermTwice } from './sigterm-slow-request.js';
import { stalled } from './stalled.js';
import { stdoutBlocked } from './stdout-blocked.js';
import { stoppedAndCutOff } from './stopped-and-cut-off.js';
import { streamDeleted } from './stream-deleted.js';
import { streamEvictedWhileAway } from './stream-evicted-while-away.js';
import { streamsEdited } from './streams-edited.js';
import { streamsOfOthers } from './streams-of-others.js';
import { subjectsTransformed } from './subjects-transformed.js';
import { switchFromGo } from './switch-from-go.js';
import { tenantHangs } from './tenant-hangs.js';
import { unreadableHeaders } from './unreadable-headers.js';

/** All scenarios in the order of their start: the long waits come first, so that the others run at the same time. */
export const scenarios: readonly Scenario[] = [
  halfOpenDatabase,
  halfOpenNats,
  stoppedAndCutOff,
  killAndBack,
  killAndRetry,
  killMidPost,
  killBeforeAck,
  killEverything,
  killBeforeSettle,
  killUnsettled,
  killedBeforeDue,
  killedBeforeAnswer,
  delayedAtOnce,
  postgresDown,
  applyAndRestart,
  backendsTerminated,
  catalogWentBack,
  failover,
  replySwallowed,
  diskFull,
  natsRestarted,
  lameDuck,
  readyFromFirst200,
  natsAbsent,
  natsWrongPassword,
  credentialsReplaced,
  jetstreamMissing,
  streamDeleted,
  streamEvictedWhileAway,
  restoredBackup,
  streamsOfOthers,
  streamsEdited,
  limitsOfTheServer,
  subjectsTransformed,
  intakeSwitched,
  circuitOpensAndCloses,
  rateLimitShared,
  orderedKeys,
  pauseAndResume,
  deadWebhooks,
  tenantHangs,
  callersNeverRead,
  dearKeyExchange,
  metadataStaysShut,
  stalled,
  clockJumps,
  databaseClockJumps,
  twoRacing,
  tenRacing,
  rollingRestart,
  switchFromGo,
  sigtermSlowRequest,
  sigtermTwice,
  migratorKilled,
  twoMigrators,
  eventChurn,
  freshEvents,
  unreadableHeaders,
  descriptorsExhausted,
  stdoutBlocked,
];
