// Mails as they come back, in the forms of the programs that write them: structure and fields by RFC 3464 (section 2 and
// appendix E), RFC 5965 (section 3 and appendix B), Postfix (src/bounce), Exchange Online ("Email non-delivery reports
// in Exchange Online", Microsoft Learn) and Gmail's delivery subsystem. Addresses are of reserved domains.

export interface Returned {
  /** The address that the bounce was sent to: our return path. */
  to: string
  recipient?: string
}

const lines = (text: string) => text.replace(/\r?\n/g, '\r\n')

const original = (to: string, recipient: string) => `Return-Path: <${to}>
From: Example Shop <news@example.com>
To: ${recipient}
Subject: Spring offer
Message-ID: <0123456789abcdef0123456789abcdef01234567@example.com>
Date: Mon, 02 Mar 2026 09:00:01 +0000
Content-Type: text/plain; charset=utf-8

Hello`

export const postfix = ({ to, recipient = 'nobody@example.org' }: Returned) =>
  lines(`Return-Path: <>
X-Original-To: ${to}
Delivered-To: bounces@localhost
Received: by mx.example.com (Postfix)
	id 4WkX3y0Qz5z1; Mon,  2 Mar 2026 09:00:03 +0000 (UTC)
Date: Mon,  2 Mar 2026 09:00:03 +0000 (UTC)
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="4WkX3x5Nz7z0.1772442003/mx.example.com"
Message-Id: <20260302090003.4WkX3y0Qz5z1@mx.example.com>

This is a MIME-encapsulated message.

--4WkX3x5Nz7z0.1772442003/mx.example.com
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.com.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<${recipient}>: host mail.example.org[192.0.2.25] said: 550 5.1.1 <${recipient}>:
    Recipient address rejected: User unknown in local recipient table (in reply
    to RCPT TO command)

--4WkX3x5Nz7z0.1772442003/mx.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
X-Postfix-Queue-ID: 4WkX3x5Nz7z0
X-Postfix-Sender: rfc822; ${to}
Arrival-Date: Mon,  2 Mar 2026 09:00:02 +0000 (UTC)

Final-Recipient: rfc822; ${recipient}
Original-Recipient: rfc822;${recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <${recipient}>: Recipient address rejected:
    User unknown in local recipient table

--4WkX3x5Nz7z0.1772442003/mx.example.com
Content-Description: Undelivered Message
Content-Type: message/rfc822

${original(to, recipient)}

--4WkX3x5Nz7z0.1772442003/mx.example.com--
`)

/** Postfix after some hours: nothing is decided. */
export const delayed = (returned: Returned) =>
  postfix(returned).replace('Action: failed', 'Action: delayed').replace('Status: 5.1.1', 'Status: 4.4.1')

export const exchange = ({ to, recipient = 'nobody@example.org' }: Returned) =>
  lines(`Received: from AM0PR04MB0000.eurprd04.prod.outlook.com (2603:10a6:208:ffff::1)
 by AM0PR04MB0001.eurprd04.prod.outlook.com with HTTPS; Mon, 2 Mar 2026 09:00:05 +0000
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>
To: <${to}>
Date: Mon, 2 Mar 2026 09:00:05 +0000
Content-Type: multipart/report; report-type=delivery-status;
	boundary="4c14-b6a4-b4b8e3b1f2aa"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <8a1d@AM0PR04MB0000.eurprd04.prod.outlook.com>
In-Reply-To: <0123456789abcdef0123456789abcdef01234567@example.com>
Subject: Undeliverable: Spring offer
Auto-Submitted: auto-replied
MIME-Version: 1.0

--4c14-b6a4-b4b8e3b1f2aa
Content-Type: multipart/alternative; differences=Content-Type;
	boundary="9b7d-4d0e-8f0e-inner"

--9b7d-4d0e-8f0e-inner
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to ${recipient} couldn't be delivered.=

--9b7d-4d0e-8f0e-inner
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Your message couldn't be delivered.</p></body></html>

--9b7d-4d0e-8f0e-inner--

--4c14-b6a4-b4b8e3b1f2aa
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR04MB0000.eurprd04.prod.outlook.com
Received-From-MTA: dns;mx.example.com
Arrival-Date: Mon, 2 Mar 2026 09:00:04 +0000

Final-Recipient: rfc822;${recipient}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${recipient} not found by SMTP address lookup
X-Display-Name: Nobody

--4c14-b6a4-b4b8e3b1f2aa
Content-Type: message/rfc822

${original(to, recipient)}

--4c14-b6a4-b4b8e3b1f2aa--
`)

export const gmail = ({ to, recipient = 'nobody@example.org' }: Returned) =>
  lines(`Return-Path: <>
Received: from mail-ej1-x600.example.net (mail-ej1-x600.example.net [192.0.2.60])
	by mx.example.com; Mon, 02 Mar 2026 09:00:06 +0000 (UTC)
Content-Type: multipart/report; boundary="00000000000012ab34062d0c5e77"; report-type=delivery-status
To: ${to}
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
Auto-Submitted: auto-replied
Date: Mon, 02 Mar 2026 01:00:06 -0800 (PST)
Message-ID: <69a55396.170a0220@mx.example.net>

--00000000000012ab34062d0c5e77
Content-Type: multipart/related; boundary="00000000000012af06062d0c5e7b"

--00000000000012af06062d0c5e7b
Content-Type: multipart/alternative; boundary="00000000000012af0b062d0c5e7c"

--00000000000012af0b062d0c5e7c
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--00000000000012af0b062d0c5e7c
Content-Type: text/html; charset="UTF-8"

<html><body><img src="cid:icon.png"></body></html>

--00000000000012af0b062d0c5e7c--
--00000000000012af06062d0c5e7b
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--00000000000012af06062d0c5e7b--
--00000000000012ab34062d0c5e77
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Mon, 02 Mar 2026 01:00:05 -0800 (PST)
X-Original-Message-ID: <0123456789abcdef0123456789abcdef01234567@example.com>

Final-Recipient: rfc822; ${recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org. (192.0.2.25, the server for the domain example.org.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or
 550 5.1.1 unnecessary spaces.
Last-Attempt-Date: Mon, 02 Mar 2026 01:00:06 -0800 (PST)

--00000000000012ab34062d0c5e77
Content-Type: message/rfc822

${original(to, recipient)}

--00000000000012ab34062d0c5e77--
`)

/** To an address for complaints: only the copy of our mail names the return path, and the recipient may be blanked out. */
export const complaint = ({ to }: Returned, feedbackType = 'abuse') =>
  lines(`From: <abusedesk@example.net>
Date: Mon, 2 Mar 2026 17:40:36 EDT
Subject: FW: Spring offer
To: <complaints@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP
192.0.2.1 on Mon, 2 Mar 2026 14:00:00 EDT.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: ${feedbackType}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <${to}>
Arrival-Date: Mon, 2 Mar 2026 14:00:00 GMT
Reporting-MTA: dns; mail.example.net
Source-IP: 192.0.2.1
Removal-Recipient: redacted

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

${original(to, 'redacted@example.net')}

--part1_13d.2e68ed54_boundary--
`)

/** Headers only, and no Original-Mail-From: the Return-Path of the copy is what is left. */
export const bareComplaint = (returned: Returned) =>
  complaint(returned)
    .replace(/Original-Mail-From:.*\r\n/, '')
    .replace('Content-Type: message/rfc822', 'Content-Type: text/rfc822-headers')

/** RFC 6533: internationalized. */
export const international = (returned: Returned) =>
  postfix({ recipient: 'jörg@example.org', ...returned })
    .replace('Content-Type: message/delivery-status', 'Content-Type: message/global-delivery-status')
    .replace('Content-Type: message/rfc822', 'Content-Type: message/global')
    .replace('Final-Recipient: rfc822;', 'Final-Recipient: utf-8;')

export const absence = ({ to }: Returned) =>
  lines(`From: Ada <ada@example.org>
To: ${to}
Subject: Out of office
Auto-Submitted: auto-replied
Content-Type: text/plain

Back on Monday.
`)
