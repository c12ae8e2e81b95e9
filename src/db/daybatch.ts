import { WebhookStatements } from './webhooks.ts'

/**
 * Every function of schema `daybatch` that the service calls: one method each, of the same name in camel case, with
 * one object of named arguments. Rows come back as SQL names them (rows.ts). Refusals are errors whose `code` is a
 * SQLSTATE of class MB. On a pool every call is a transaction of its own; on a client it joins the client's.
 *
 *     const daybatch = new Daybatch(createPool(url, { applicationName: 'daybatch' }))
 *     await daybatch.startCampaign({ campaignId })
 *
 * The statements stand by task: delivery.ts (what the worker calls), steering.ts (campaigns and batches),
 * imports.ts (files of contacts in and out), contacts.ts (contacts and lists), ledger.ts (doubts, failures, proofs,
 * suppressions), bounces.ts (what came back after a mail was accepted, suppressions by the thousand), api.ts (keys,
 * requests that must not happen twice), overview.ts (the page), events.ts (the history as it is written, and who is told
 * of it), operation.ts (what operators do to the whole installation), reading.ts (what
 * became of a campaign, page by page), webhooks.ts (who is told over HTTP).
 */
export class Daybatch extends WebhookStatements {
  /** Runs `work` in one transaction on one client: committed when it returns, rolled back when it throws. */
  transaction<Result>(work: (transaction: Daybatch) => Promise<Result>): Promise<Result> {
    return this.withClient(async client => {
      await client.query('begin')
      try {
        const result = await work(new Daybatch(client, this.observe))
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      }
    })
  }
}
