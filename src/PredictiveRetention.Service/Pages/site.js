// Nothing depends on this: it adds what a pointer and a script can, over pages that are whole without it.
(() => {
  'use strict';

  // A mark of a chart says the row of the table it was drawn from, and leads to the customers behind it.
  const rowsOf = figure => [...figure.querySelectorAll('.as-table tbody tr')];
  const seriesOf = node => { const group = node.closest('[class*="rz-series-"]'); const found = group && /rz-series-(\d+)/.exec(group.getAttribute('class')); return found ? { group, at: +found[1] } : null; };
  // Which row and column of it a mark was drawn from; null where it stands for several.
  const cellOf = (plot, series, event) => {
    const rows = rowsOf(plot.closest('figure'));
    const from = +plot.dataset.columns.split(' ')[series.at];
    if (series.group.matches('.rz-scatter-series')) return rows[from] ? { row: rows[from], column: 0 } : null;
    if (from < 0) return null;
    // A line has no point where there is no value, or one of few customers.
    const hasPoint = row => !row.querySelectorAll('td')[from].querySelector('.none, .small-n');
    const drawn = series.group.querySelector('circle') ? rows.filter(hasPoint) : rows;
    const at = nearest(series.group, event, drawn);
    return at < 0 ? null : { row: drawn[at], column: from };
  };
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;

  const nearest = (group, event, rows) => {
    const marks = [...group.querySelectorAll('circle')];
    const all = marks.length ? marks : [...group.querySelectorAll('path')];
    let best = -1, least = Infinity;
    all.forEach((mark, i) => { const box = mark.getBoundingClientRect(); const away = Math.abs(box.x + box.width / 2 - event.clientX) + Math.abs(box.y + box.height / 2 - event.clientY) / 10; if (away < least) { least = away; best = i; } });
    return best < rows.length ? best : -1;
  };

  document.addEventListener('pointermove', event => {
    const plot = event.target.closest && event.target.closest('.plot');
    const series = plot && seriesOf(event.target);
    const cell = series && cellOf(plot, series, event);
    if (!cell) { tip.hidden = true; return; }
    const head = plot.closest('figure').querySelectorAll('.as-table thead th')[cell.column + 1];
    const [name, what, value] = [cell.row.querySelector('th'), head, cell.row.querySelectorAll('td')[cell.column]].map(node => node.textContent.trim());
    tip.textContent = `${name} · ${what}: ${value}`;
    if (tip.parentElement !== plot) plot.appendChild(tip);
    const box = plot.getBoundingClientRect();
    tip.hidden = false;
    tip.style.left = Math.max(0, Math.min(event.clientX - box.x + 12, box.width - tip.offsetWidth - 4)) + 'px';
    tip.style.top = Math.max(0, event.clientY - box.y - 34) + 'px';
  });

  document.addEventListener('click', event => {
    const plot = event.target.closest && event.target.closest('.plot');
    const series = plot && seriesOf(event.target);
    const link = series && cellOf(plot, series, event)?.row.querySelector('th a');
    if (link) location.href = link.href;
  });

  // A choice of a filter form is its own submit; the button stays for those without a script.
  document.addEventListener('change', event => { const form = event.target.closest && event.target.closest('form.filters'); if (form && form.method === 'get' && event.target.tagName === 'SELECT') form.requestSubmit(); });

  // Who has not chosen sees the system's theme: where that is dark, the choice is the light one.
  document.querySelectorAll('form[data-unchosen]').forEach(form => {
    if (!matchMedia('(prefers-color-scheme: dark)').matches) return;
    form.elements.theme.value = 'light';
    form.querySelector('button').textContent = form.dataset.unchosen;
  });

  // What is cut at the right goes on there: it fades until it is scrolled to its end.
  const more = region => region.classList.toggle('goes-on', region.scrollLeft + region.clientWidth < region.scrollWidth - 2);
  const watched = new ResizeObserver(entries => entries.forEach(entry => more(entry.target)));
  document.querySelectorAll('.scroll').forEach(region => {
    watched.observe(region);
    region.addEventListener('scroll', () => more(region), { passive: true });
  });

  // All of a list at once.
  document.querySelectorAll('th[data-pick-all]').forEach(head => {
    const all = document.createElement('input');
    all.type = 'checkbox';
    all.setAttribute('aria-label', head.dataset.pickAll);
    all.addEventListener('change', () => head.closest('table').querySelectorAll('input[name="pick"]').forEach(box => { box.checked = all.checked; }));
    head.replaceChildren(all);
  });

  // Gone back to, a browser fills a form as it was left; the list is that of the address, and the form says so.
  addEventListener('pageshow', event => {
    const [entry] = performance.getEntriesByType('navigation');
    if (event.persisted || (entry && entry.type === 'back_forward')) document.querySelectorAll('form.filters').forEach(form => { if (form.method === 'get') form.reset(); });
  });

  // Files that are too large are better known before they are sent; the service says so as well.
  document.addEventListener('change', event => {
    const form = event.target.type === 'file' && event.target.closest('form[data-max-bytes]');
    if (!form) return;
    const bytes = [...event.target.files].reduce((sum, file) => sum + file.size, 0);
    event.target.setCustomValidity(bytes > +form.dataset.maxBytes ? form.dataset.tooLarge : '');
    event.target.reportValidity();
  });
})();
