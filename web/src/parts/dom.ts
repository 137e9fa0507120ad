/** Elements, made without markup: what comes from outside can only ever be text. */

type Tag = keyof HTMLElementTagNameMap;

/** An element with attributes and children. */
export function element<T extends Tag>(
  tag: T,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** What an attribute of a place says; an error of the page if it says nothing. */
export function attribute(place: HTMLElement, name: string): string {
  const value = place.getAttribute(name);
  if (!value) throw new Error(`the page has no ${name} where it needs one`);
  return value;
}

/** Lets a button be pressed, or not. It keeps its place in the order of the keyboard, so that nobody's focus is lost. */
export function enable(button: HTMLButtonElement, enabled: boolean): void {
  button.setAttribute("aria-disabled", String(!enabled));
}
