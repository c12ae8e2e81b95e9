import type { Daybatch } from '../db/daybatch.ts'
import type { NoticeJob } from '../schedule/queues.ts'
import type { NoticeMail } from './mail.ts'
import { describeNotice } from './notice.ts'
import { postWebhook } from './webhook.ts'

export interface NotifierOptions {
  db: Pick<Daybatch, 'takeNotice'>
  /** `NOTICE_MAIL`; undefined: nobody is told by mail. */
  mail?: string | undefined
  /** `NOTICE_WEBHOOK` */
  webhook?: string | undefined
  allowPrivate: boolean
  /** Sends one mail, or throws why not. */
  sendMail: (mail: NoticeMail) => Promise<void>
}

/** Tells one notice by one way; what throws is tried again by pg-boss. */
export async function tellNotice(job: NoticeJob, options: NotifierOptions): Promise<'told' | 'off' | 'gone'> {
  const { db, mail, webhook, allowPrivate, sendMail } = options
  if ((job.target === 'mail' ? mail : webhook) === undefined) return 'off'
  const notice = await db.takeNotice({ noticeId: job.notice_id })
  if (!notice) return 'gone'
  const { subject, text } = describeNotice(notice)
  if (job.target === 'mail') await sendMail({ to: mail!, subject, text, key: `notice-${notice.notice_id}` })
  else await postWebhook({ text: `${subject}\n${text}`, ...notice }, { url: webhook!, allowPrivate })
  return 'told'
}
