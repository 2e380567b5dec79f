/** The looks of the panel. Colours are the kit's tokens where there are any. */
export const devtoolsStyles = `
@layer echo {
  .echo-devtools {
    --dt-bg: var(--echo-bg, light-dark(#ffffff, #17191d));
    --dt-fg: var(--echo-fg, light-dark(#1b1f24, #e9ebee));
    --dt-muted: var(--echo-muted, light-dark(#5b6470, #a3abb6));
    --dt-accent: var(--echo-accent, light-dark(#2f5bd7, #8fb0ff));
    --dt-danger: var(--echo-danger, light-dark(#b3261e, #ff9b93));
    --dt-success: var(--echo-success, light-dark(#1a7148, #6fd3a1));
    --dt-border: var(--echo-border, light-dark(#d4d9df, #3a4049));
    position: fixed;
    inset: auto 0 0 0;
    z-index: 2147483001;
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
    block-size: min(28rem, 65dvh);
    border-block-start: 1px solid var(--dt-border);
    background: var(--dt-bg);
    color: var(--dt-fg);
    font: 0.8125rem/1.45 system-ui, sans-serif;
    text-align: start;
    box-shadow: 0 -4px 24px rgb(0 0 0 / 18%);
    overflow-wrap: anywhere;

    *, ::before, ::after { box-sizing: border-box; }
    :focus-visible { outline: 2px solid var(--dt-accent); outline-offset: -2px; }
    p, h3, dl, dd, ul, ol { margin: 0; padding: 0; }
    h3 { font-size: 0.8125rem; }
    code { font: 0.75rem/1.45 ui-monospace, monospace; }
    bdi { unicode-bidi: isolate; }

    button, select {
      min-block-size: 1.75rem;
      max-inline-size: 100%;
      padding: 0.125rem 0.5rem;
      border: 1px solid var(--dt-border);
      border-radius: 6px;
      background: var(--dt-bg);
      color: inherit;
      font: inherit;
      text-overflow: ellipsis;
    }
    button { cursor: pointer; }
    button:hover { background: color-mix(in oklab, var(--dt-fg) 7%, var(--dt-bg)); }
    button[aria-pressed='true'] { border-color: var(--dt-accent); color: var(--dt-accent); font-weight: 600; }

    > header {
      display: flex;
      gap: 0.5rem;
      align-items: center;
      padding: 0.375rem 0.75rem;

      strong { flex: none; letter-spacing: 0.08em; }
      select { flex: 0 1 16rem; min-inline-size: 0; }
      button { margin-inline-start: auto; min-inline-size: 1.75rem; }
    }

    > [role='tablist'] {
      display: flex;
      overflow-x: auto;
      padding-inline: 0.5rem;
      border-block-end: 1px solid var(--dt-border);
      scrollbar-width: thin;
    }
    [role='tab'] {
      flex: none;
      min-block-size: 2rem;
      border: 0;
      border-block-end: 2px solid transparent;
      border-radius: 0;
      background: none;
      color: var(--dt-muted);

      &[aria-selected='true'] { border-block-end-color: var(--dt-accent); color: var(--dt-fg); font-weight: 600; }
    }

    > [role='tabpanel'] {
      display: flex;
      flex-direction: column;
      gap: 0.75rem;
      min-block-size: 0;
      padding: 0.75rem;
      overflow: auto;

      > * { flex: none; }
    }
  }

  .echo-devtools-note { color: var(--dt-muted); }

  .echo-devtools-head {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
    justify-content: space-between;

    > p { flex: 1 1 14rem; }
    > [role='alert'] { flex-basis: 100%; color: var(--dt-danger); }
  }

  .echo-devtools-facts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr));
    gap: 0.5rem;

    div { padding: 0.375rem 0.5rem; border: 1px solid var(--dt-border); border-radius: 6px; }
    dt { color: var(--dt-muted); font-size: 0.75rem; }
    dd { font-weight: 600; font-variant-numeric: tabular-nums; }
  }

  .echo-devtools-scroll {
    overflow-x: auto;
    border: 1px solid var(--dt-border);
    border-radius: 6px;

    table { inline-size: 100%; border-collapse: collapse; }
    th, td { padding: 0.25rem 0.625rem; text-align: start; vertical-align: top; white-space: nowrap; }
    th { color: var(--dt-muted); font-size: 0.75rem; font-weight: 500; background: color-mix(in oklab, var(--dt-fg) 4%, var(--dt-bg)); }
    tr + tr td, thead + tbody td { border-block-start: 1px solid var(--dt-border); }
    [data-number='true'] { text-align: end; font-variant-numeric: tabular-nums; }
    bdi:not(.echo-json bdi) { display: inline-block; max-inline-size: 24rem; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
    details > summary > code > bdi:not(.echo-json bdi) { max-inline-size: 30rem; }
    .echo-json { white-space: normal; }
  }

  .echo-devtools-text { display: inline-block; min-inline-size: 20rem; white-space: normal; }

  .echo-devtools-badge {
    display: inline-block;
    padding-inline: 0.4375rem;
    border: 1px solid currentColor;
    border-radius: 99px;
    font-size: 0.75rem;
    white-space: nowrap;

    &[data-tone='good'] { color: var(--dt-success); }
    &[data-tone='neutral'] { color: var(--dt-muted); }
    &[data-tone='bad'] { color: var(--dt-danger); }
  }

  .echo-devtools-filters { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; }

  .echo-devtools-list {
    display: grid;
    gap: 0.25rem;
    list-style: none;

    > li {
      padding: 0.25rem 0.5rem;
      border-inline-start: 2px solid var(--dt-border);
      margin-inline-start: calc(var(--echo-devtools-depth, 0) * 0.875rem);
    }
  }
  .echo-devtools-number { color: var(--dt-muted); font-variant-numeric: tabular-nums; }

  .echo-devtools .echo-devtools-log {
    flex: 1 0 12rem;
    max-block-size: none;
    overflow-y: auto;
    border: 1px solid var(--dt-border);
    border-radius: 6px;

    ul { list-style: none; }
    [data-slot='list-row'] > div > details { border-block-end: 1px solid var(--dt-border); }
    [data-slot='list-row'] > div > details > summary { display: flex; flex-wrap: wrap; gap: 0.125rem 0.75rem; align-items: baseline; padding: 0.25rem 0.5rem; cursor: pointer; }
    .echo-json { padding-inline: 0.75rem; }
  }

  .echo-devtools .echo-json {
    ul { list-style: none; padding-inline-start: 1rem; }
    summary { cursor: pointer; }
  }
}
`
