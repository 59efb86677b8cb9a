/**
 * What the page does beyond its style sheet: choosing a row by a click anywhere in it, remembering it in the address,
 * a tip beside the mark that is pointed at or has the focus, arrow keys on the map. It writes text as text only.
 */
export const pageScript = `'use strict';
(() => {
  const rows = [...document.querySelectorAll('tr.row')];
  const radio = (row) => row.querySelector('input');
  const choose = (row) => {
    radio(row).checked = true;
    radio(row).focus({ preventScroll: true });
    remember(row);
  };
  const remember = (row) => history.replaceState(null, '', '#' + row.dataset.name);
  for (const row of rows) {
    row.addEventListener('click', (event) => { if (event.target.closest('label') === null) choose(row); });
    radio(row).addEventListener('change', () => remember(row));
  }
  // The address names a row, or an entry of one.
  const entry = document.getElementById(location.hash.slice(1));
  const view = entry && entry.closest('.view');
  const named = rows.find((row) => '#' + row.dataset.name === location.hash || (view && radio(row).id === 'row-' + view.id.slice(5)));
  if (named) radio(named).checked = true;

  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  tip.setAttribute('aria-hidden', 'true');
  document.body.append(tip);
  const part = (name, text, kind) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  let lit = null;
  const hide = () => {
    tip.hidden = true;
    if (lit) lit.classList.remove('on');
    lit = null;
  };
  const show = (mark) => {
    hide();
    const entry = document.getElementById(mark.dataset.entry);
    if (!entry) return;
    lit = mark.closest('svg').querySelector('a[data-entry="' + mark.dataset.entry + '"]');
    if (lit) lit.classList.add('on');
    const name = part('b', undefined, 'name');
    const swatch = entry.querySelector('.swatch');
    if (swatch) name.append(swatch.cloneNode());
    name.append(entry.dataset.title);
    const list = part('dl');
    for (const cell of entry.querySelectorAll('[data-label]')) {
      const text = cell.textContent.trim();
      list.append(part('dt', cell.dataset.label), part('dd', text, text.length > 16 ? 'long' : ''));
    }
    tip.replaceChildren(name, part('div', entry.querySelector('.terms').textContent, 'terms'), list);
    for (const example of entry.querySelectorAll('.example')) tip.append(part('div', example.textContent, 'example'));
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const right = box.right + 12 + tip.offsetWidth <= room;
    const left = right ? box.right + 12 : box.left - 12 - tip.offsetWidth;
    const top = Math.min(box.top, Math.max(8, innerHeight - tip.offsetHeight - 8));
    tip.style.left = Math.max(8, Math.min(left, room - tip.offsetWidth - 8)) + scrollX + 'px';
    tip.style.top = (left < 8 ? box.bottom + 8 : Math.max(8, top)) + scrollY + 'px';
  };
  for (const map of document.querySelectorAll('svg.map')) {
    const at = (event) => event.target.closest('[data-entry]');
    map.addEventListener('pointerover', (event) => (at(event) ? show(at(event)) : hide()));
    map.addEventListener('pointerleave', hide);
    // Not on the map itself: an SVG element that listens for focus becomes a stop of the tab key.
    for (const mark of map.querySelectorAll('a.bubble, .gone circle')) {
      mark.addEventListener('focus', () => show(mark));
      mark.addEventListener('blur', hide);
    }
    map.addEventListener('click', (event) => {
      const dot = event.target.closest('.dots [data-entry]');
      if (dot) location.hash = dot.dataset.entry;
    });
    // One stop of the tab key for a map: within it the arrows lead on.
    const marks = [...map.querySelectorAll('a.bubble, .gone circle')];
    marks.forEach((mark, index) => mark.setAttribute('tabindex', index === 0 ? '0' : '-1'));
    map.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') hide();
      if (step === undefined) return;
      event.preventDefault();
      const from = marks.indexOf(document.activeElement);
      const to = marks[(from + step + marks.length) % marks.length];
      marks[from]?.setAttribute('tabindex', '-1');
      to.setAttribute('tabindex', '0');
      to.focus({ preventScroll: true });
    });
  }
})();`;
