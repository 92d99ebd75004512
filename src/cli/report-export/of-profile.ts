import type { TimeZone } from "../../model/time.ts";
import type { Profile } from "../../profile/profile.ts";
import type { ReportBytes } from "../../template/report-export.ts";
import { profileText } from "./load-profile.ts";
import type { ExportValues } from "./values.ts";

/** What templates can name of a report export: the values of the profile, where there is one, and the report itself. */
export async function exportValues(
  { zone, reportBytes }: { readonly zone: TimeZone; readonly reportBytes: ReportBytes },
  profile: Profile | undefined,
): Promise<ExportValues> {
  const { clientsId, xmlTemplate, chatConnector = {}, pdata = {} } = profile ?? {};
  return {
    ...(clientsId === undefined ? {} : { clientsId }),
    chatConnector,
    pdata,
    ...(xmlTemplate === undefined
      ? {}
      : { xmlTemplate: await profileText(profile!, xmlTemplate, "xmlTemplate") }),
    reportBytes,
    makeReport: async (conversation) => {
      const { renderReport } = await import("../../document/report.ts");
      return await renderReport(conversation, { zone, connector: chatConnector });
    },
  };
}
