"""Terms in Chinese, in the words of the pages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from licet.documents.terms import Disclaimer, Relation, User, Warranty
from licet.rights.offer import Kind
from licet.rights.phrases.book import PhraseBook
from licet.rights.readable import quoted
from licet.rights.uses import Use

_TIMES: Final = (("天", 86_400), ("小时", 3_600), ("分钟", 60), ("秒", 1))
_COUNTED: Final = {"license": "份许可", "unit": "个单位"}


def _span(seconds: int) -> str:
    parts = []
    for word, size in _TIMES:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:,} {word}")
    return " ".join(parts) or "0 秒"


def _moment(seconds: int) -> str:
    try:
        date = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return f"1970 年起第 {seconds:,} 秒"
    clock = f"{date:%H:%M:%S}" if date.second else f"{date:%H:%M}"
    return f"{date.year} 年 {date.month} 月 {date.day} 日 {clock}（UTC）"


def _listed(parts: Iterable[str], last: str) -> str:
    *first, final = parts
    return f"{'、'.join(first)}{last}{final}" if first else final


CHINESE: Final = PhraseBook(
    uses=MappingProxyType(
        {
            Use.MINE: "对作品进行数据挖掘：用机器寻找规律和统计信息",
            Use.TRAIN: "用作品训练非生成式 AI",
            Use.TRAIN_GENERATIVE: "用作品训练生成式 AI",
            Use.AUGMENT: "将作品作为 AI 输入，供已训练的模型回答或检索",
            Use.INDEX: "为 AI 检索将作品编入索引",
            Use.SEARCH: "在搜索中展示作品的链接和摘录",
            Use.REDISTRIBUTE: "再分发作品的副本",
            Use.DERIVE: "用作品创作衍生作品",
            Use.DISPLAY: "公开展示作品",
            Use.COMMERCIAL: "对作品进行商业使用",
        }
    ),
    users=MappingProxyType(
        {
            User.COMMERCIAL: "商业使用者",
            User.NON_COMMERCIAL: "非商业使用者",
            User.EDUCATION: "教育机构",
            User.GOVERNMENT: "政府机构",
            User.PERSONAL: "个人",
        }
    ),
    warranties=MappingProxyType(
        {
            Warranty.OWNERSHIP: "拥有权利",
            Warranty.AUTHORITY: "有权许可",
            Warranty.NO_INFRINGEMENT: "不侵犯他人权利",
            Warranty.PRIVACY_CONSENT: "作品中出现或提及的人物均已同意",
            Warranty.NO_MALWARE: "文件中无恶意软件",
        }
    ),
    disclaimers=MappingProxyType(
        {
            Disclaimer.AS_IS: "作品按现状许可。",
            Disclaimer.NO_WARRANTY: "许可人不作其他保证。",
            Disclaimer.NO_LIABILITY: "许可人对使用的后果不承担责任。",
            Disclaimer.NO_INDEMNITY: "他人向被许可人提出的索赔，许可人不予赔偿。",
        }
    ),
    links=MappingProxyType(
        {
            Relation.LICENSE: "许可全文",
            Relation.TERMS: "另外适用的服务条款",
            Relation.CONTACT: "联系方式",
            Relation.PROOF: "许可人有权许可的证明",
        }
    ),
    paid=MappingProxyType(
        {
            Kind.SALE: "一次付清",
            Kind.SUBSCRIPTION: "许可每有效一期付一次",
            Kind.METERED: "每{unit}付一次",
        }
    ),
    sections=MappingProxyType(
        {
            "what": "内容",
            "permitted": "允许",
            "prohibited": "禁止",
            "who_and_where": "使用者与地区",
            "when": "期限",
            "price": "价格",
            "duties": "义务",
            "conditions": "条件",
            "warranties": "保证",
            "more": "其他",
        }
    ),
    sentences=MappingProxyType(
        {
            "title": "本条款名为{title}。",
            "targets": "适用于 {targets}。",
            "targets_beside": "适用于与其放在一起的内容。",
            "licensor": "许可人：{licensor}。",
            "licensee": "被许可人：{licensee}。",
            "permitted": "被许可人可以{use}。",
            "permitted_else": "此处未提及的，均未许可。",
            "permitted_none": "本条款不允许任何使用。",
            "prohibited": "禁止{use}。",
            "users": "仅限{users}。",
            "excluded_users": "不适用于{users}。",
            "territories": "仅限以下国家：{countries}。",
            "excluded_territories": "不含以下国家：{countries}。",
            "models": "仅限以下 AI 模型：{models}。",
            "perpetual": "许可永久有效。",
            "start": "许可自 {start} 起出售。",
            "end": "许可出售至 {end}。",
            "duration": "许可为期 {span}。",
            "until_license": "本许可于 {until} 截止。",
            "until": "所允许的使用于 {until} 截止。",
            "supply": "最多出售 {licenses}。",
            "exclusive": "许可有效期间不再售予他人。",
            "price_unstated": "未说明价格。",
            "price_free": "免费。",
            "price": "价格为 {amount}，{paid}。",
            "unit": "使用一单位",
            "payees": "许可人声明了收益分配；有约束力的是收款的金库。",
            "payee": "{payee} 得 {total:,} 份中的 {share:,} 份。",
            "attribution": "须署名：{credit}。",
            "retention": "副本须在 {span}后删除。",
            "report_within": "须定期报告使用，间隔不超过 {span}，否则许可可被撤销。",
            "transferable": "被许可人可以转让许可。",
            "sublicensable": "被许可人可以再许可，范围和期限不超过本许可。",
            "royalty": "衍生作品收入的 {share} 归许可人一方。",
            "ceiling": "衍生作品在收入达到 {amount} 之前可以出售许可。",
            "approval": "衍生作品须经许可人签名。",
            "reciprocal": "衍生作品须采用相同条款，否则不得许可。",
            "revocable": "许可可经裁决撤销。",
            "refund": "如被撤销，退还未使用时间所对应价款的 {share}。",
            "resale": "转售时，许可人一方要求分得 {share}。",
            "reporter": "使用也可由 {reporter} 报告。",
            "unit_cap": "最多计费 {units}。",
            "refund_delay": "预存款余额在提出请求 {span}后退还。",
            "warranty": "许可人保证：{warranty}。",
            "text": "许可人原文：{text}",
            "link": "{relation}：{href}",
            "units_of_currency": "{units:,} 个其货币的最小单位",
        }
    ),
    span=_span,
    moment=_moment,
    counted=lambda count, thing: f"{count:,} {_COUNTED[thing]}",
    both=lambda parts: _listed(parts, "和"),
    either=lambda parts: _listed(parts, "或"),
    series="、".join,
    quoted=quoted,
    named=lambda name, id_: f"{name}（{id_}）",
)
