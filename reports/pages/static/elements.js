// An element with attributes (class, title, ...) and children, which are elements or text.
// Text is only ever set as text: whatever a name holds, it stays a name.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
