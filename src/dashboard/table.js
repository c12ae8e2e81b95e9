// A table on a wide screen; on a phone each row is a card, its cells under their labels: no column is out of sight there.
import { html } from '/dashboard/lit-html/lit-html.js'

/**
 * `columns`: `[label, kind]`, kind `n` for figures and `wide` for what takes a line of its own on a phone; `rows`:
 * `{kind, cells}`, the first cell heads the row. The roles stand there because a card is no table row to a browser.
 */
export const table = (columns, rows, kind = '') => html`<table class="cards ${kind}" role="table">
  <thead role="rowgroup"><tr role="row">${columns.map(
    ([label, kind = '']) => html`<th role="columnheader" scope="col" class=${kind}>${label}</th>`,
  )}</tr></thead>
  <tbody role="rowgroup">${rows.map(row => line(columns, row))}</tbody></table>`

const line = (columns, { kind = '', cells: [head, ...cells] }) => html`<tr role="row" class=${kind}>
  <th role="rowheader" scope="row">${head}</th>${cells.map((cell, i) => {
    const [label, kind = ''] = columns[i + 1]
    return html`<td role="cell" class=${kind} data-label=${label}>${cell}</td>`
  })}</tr>`
