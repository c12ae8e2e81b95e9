import type pg from 'pg'

const PLACE = /(<!-- reply_rules[^>]*-->\n)[\s\S]*?(<!-- \/reply_rules -->)/

/** Puts the table of daybatch.reply_rules, as the database has it, where a document marks its place. */
export async function placeReplyRules(db: pg.Pool | pg.ClientBase, document: string): Promise<string> {
  const { rows } = await db.query(
    `select r.priority, r.rule, coalesce(array_to_string(r.stages, ' '), '') as stages, coalesce(r.reply_code, '') as reply_code,
       coalesce(r.enhanced_code, '') as enhanced_code, coalesce(r.reply_text, '') as reply_text, r.outcome, r.scope, r.suppress_after, r.pause_after, r.note
     from daybatch.reply_rules as r where r.is_builtin order by r.priority, r.rule`,
  )
  const lines = rows.map(row =>
    [
      row.priority,
      row.rule,
      row.stages,
      asCode(row.reply_code),
      asCode(row.enhanced_code),
      asCode(row.reply_text),
      row.outcome,
      row.scope,
      row.suppress_after ?? '',
      row.pause_after ?? '',
      row.note,
    ].join(' | '),
  )
  const table = [
    'priority | rule | stages | code | enhanced | words | outcome | scope | suppresses after | pauses after | why',
    '--- | --- | --- | --- | --- | --- | --- | --- | --- | --- | ---',
    ...lines,
  ]
  const text = `\n${table.map(line => `| ${line} |`).join('\n')}\n\n`
  return document.replace(PLACE, (_, start, end) => start + text + end)
}

const asCode = (pattern: string) => (pattern === '' ? '' : `\`${pattern.replaceAll('|', '\\|')}\``)
