// What Google Fonts would answer: for any stylesheet that next/font asks for, its family with one font file. Next.js reads the stand-in by name,
// the font's bytes are those of its address (NEXT_FONT_GOOGLE_MOCKED_RESPONSES).
const answer = (url) => {
  const family = new URL(url).searchParams.get("family").split(":")[0];
  return `/* latin */
@font-face {
  font-family: '${family}';
  font-style: normal;
  font-weight: 400;
  font-display: swap;
  src: url(https://fonts.gstatic.com/s/stand-in.woff2) format('woff2');
  unicode-range: U+0000-00FF;
}
`;
};

module.exports = new Proxy({}, { get: (_, url) => (typeof url === "string" && url.startsWith("https://") ? answer(url) : undefined) });
