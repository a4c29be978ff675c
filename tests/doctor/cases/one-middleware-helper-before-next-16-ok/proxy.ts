import { type NextRequest, NextResponse } from "next/server";

export function rewritten(request: NextRequest) {
  return NextResponse.rewrite(new URL("/rota", request.url));
}
