import type { Knex } from 'knex';

/**
 * The format of a sealed secret: envelope 1 binds it to its webhook and purpose, envelope 2 also to its row. Instances
 * of earlier versions open only envelope 1 and do not report which envelopes they open, so envelope 1 is written as
 * long as one of them runs.
 */
export const secretEnvelopes = {
  name: '0022-secret-envelopes',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table webhook_secrets add column envelope smallint not null default 1;
      alter table instances add column reads_envelope smallint not null default 1;
    `);
  },

  async down(knex: Knex): Promise<void> {
    const { rows } = await knex.raw('select count(*)::int as count from webhook_secrets where envelope > 1');
    if (rows[0].count > 0) {
      throw new Error(
        `${rows[0].count} secrets are sealed for their rows, which earlier versions cannot open; nothing was changed. ` +
          'Restore a backup from before the upgrade, or give these webhooks new secrets afterwards and delete the rows first',
      );
    }
    await knex.raw(`
      alter table webhook_secrets drop column envelope;
      alter table instances drop column reads_envelope;
    `);
  },
};
