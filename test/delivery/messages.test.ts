import t from 'tap'
import { Messages } from '../../src/delivery/messages.ts'
import { messageRow } from './mail.ts'

/** Counts what is read of each campaign; all have one file of `bytes`. */
function makeMessages(bytes: number) {
  const reads: string[] = []
  const content = Buffer.alloc(bytes)
  const messages = new Messages(
    {
      getMessage: async ({ campaignId }) => {
        reads.push(campaignId)
        return messageRow
      },
      getAttachments: async () => [{ file_name: 'a', media_type: 'image/png', content_id: null, content }],
    },
    {},
  )
  return { reads, get: (campaignId: string) => messages.get(campaignId, 1) }
}

t.test('a version is read once', async t => {
  const { reads, get } = makeMessages(10)
  t.equal(await get('a'), await get('a'))
  await get('b')
  t.same(reads, ['a', 'b'])
})

t.test('files of many campaigns do not fill the memory', async t => {
  const { reads, get } = makeMessages(10 * 1024 * 1024)
  for (const campaign of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await get(campaign)
  await get('b')
  t.equal(reads.length, 7, 'six are kept')
  await get('a')
  t.equal(reads.length, 8, 'the first one was forgotten')
})
